import { LockOpen, MailPlus, ShieldOff, Trash2 } from '@lucide/vue';
import { useQueryClient } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { client, ok } from '@/api/client';
import type { StaffMember } from '@/api/models';
import { confirm } from '@/shared/composables/confirm';
import { toast } from '@/shared/composables/toasts';
import type { MenuItem } from '@/shared/ui/MenuButton.vue';

/** What can be done for, or to, a colleague's account. */
export function useStaffActions(member: Ref<StaffMember | undefined>) {
  const { t } = useI18n();
  const navigation = useRouter();
  const queries = useQueryClient();

  return computed<MenuItem[]>(() => {
    const person = member.value;
    if (!person) return [];
    const path = { params: { path: { id: person.id } } };

    async function ask(key: 'unlock' | 'send_link' | 'reset_two_factor' | 'remove', run: () => Promise<unknown>) {
      const removal = key === 'remove';
      const done = await confirm({
        title: t(`people.${key}_title`, { name: person!.name }),
        text: t(`people.${key}_text`),
        confirm: t(`people.${key}`),
        danger: removal || key === 'reset_two_factor',
        typeName: removal ? person!.email : undefined,
        run,
      });
      if (!done) return;
      if (removal) {
        queries.removeQueries({ queryKey: ['tenant', 'staff', person!.id] });
        await navigation.replace({ name: 'staff' });
      }
      void queries.invalidateQueries({ queryKey: ['tenant', 'staff'] });
      toast(t(`people.${key}_done`));
    }

    return [
      ...(person.locked_until
        ? [
            {
              label: t('people.unlock'),
              icon: LockOpen,
              select: () => void ask('unlock', () => ok(client.POST('/api/tenant/staff/{id}/unlock', path))),
            },
          ]
        : []),
      {
        label: t('people.send_link'),
        icon: MailPlus,
        select: () => void ask('send_link', () => ok(client.POST('/api/tenant/staff/{id}/send-link', path))),
      },
      ...(person.two_factor_enabled
        ? [
            {
              label: t('people.reset_two_factor'),
              icon: ShieldOff,
              select: () => void ask('reset_two_factor', () => ok(client.POST('/api/tenant/staff/{id}/reset-two-factor', path))),
            },
          ]
        : []),
      {
        label: t('people.remove'),
        icon: Trash2,
        danger: true,
        separated: true,
        select: () => void ask('remove', () => ok(client.DELETE('/api/tenant/staff/{id}', path))),
      },
    ];
  });
}

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

/** What an administrator can do for, or to, another person's account. */
export function useUserActions(member: Ref<StaffMember | undefined>) {
  const { t } = useI18n();
  const router = useRouter();
  const cache = useQueryClient();

  return computed<MenuItem[]>(() => {
    const person = member.value;
    if (!person) return [];
    const path = { params: { path: { id: person.id } } };
    const ask = (key: string, danger: boolean, run: () => Promise<unknown>) =>
      void confirm({
        title: t(`people.${key}_title`, { name: person.name }),
        text: t(`people.${key}_text`),
        confirm: t(`people.${key}`),
        danger,
        run: async () => {
          await run();
          await cache.invalidateQueries({ queryKey: ['platform', 'users'] });
          toast(t(`people.${key}_done`));
        },
      });
    return [
      ...(person.locked_until
        ? [
            {
              label: t('people.unlock'),
              icon: LockOpen,
              select: () => ask('unlock', false, () => ok(client.POST('/api/platform/users/{id}/unlock', path))),
            },
          ]
        : []),
      {
        label: t('people.send_link'),
        icon: MailPlus,
        select: () => ask('send_link', false, () => ok(client.POST('/api/platform/users/{id}/send-link', path))),
      },
      ...(person.two_factor_enabled
        ? [
            {
              label: t('people.reset_two_factor'),
              icon: ShieldOff,
              select: () => ask('reset_two_factor', true, () => ok(client.POST('/api/platform/users/{id}/reset-two-factor', path))),
            },
          ]
        : []),
      {
        label: t('people.remove'),
        icon: Trash2,
        danger: true,
        separated: true,
        select: () =>
          ask('remove', true, async () => {
            await ok(client.DELETE('/api/platform/users/{id}', path));
            await router.push({ name: 'users' });
          }),
      },
    ];
  });
}

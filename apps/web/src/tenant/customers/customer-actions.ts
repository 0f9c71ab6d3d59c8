import { useQueryClient } from '@tanstack/vue-query';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { client, ok } from '@/api/client';
import type { Customer } from '@/api/models';
import { confirm } from '@/shared/composables/confirm';
import { toast } from '@/shared/composables/toasts';
import { formatInstant } from '@/shared/format';

/** Names shown before several customers are suspended at once. */
const PREVIEWED = 8;

/** What ends or gives back a customer's access. Each asks first and says afterwards what came of it. */
export function useCustomerActions() {
  const { t } = useI18n();
  const queries = useQueryClient();
  const navigation = useRouter();
  const refresh = () => queries.invalidateQueries({ queryKey: ['tenant', 'customers'] });

  async function suspend({ id, name, online }: Customer): Promise<void> {
    const done = await confirm({
      title: t('customers.suspend_title', { name }),
      text: t(online ? 'customers.suspend_text_online' : 'customers.suspend_text'),
      confirm: t('customers.suspend'),
      danger: true,
      reason: { label: t('customers.reason') },
      run: (reason) => ok(client.POST('/api/tenant/customers/{id}/suspend', { params: { path: { id } }, body: reason ? { reason } : {} })),
    });
    if (!done) return;
    await refresh();
    toast(t('customers.suspended', { name }));
  }

  async function resume({ id, name }: Customer): Promise<void> {
    const done = await confirm({
      title: t('customers.resume_title', { name }),
      text: t('customers.resume_text'),
      confirm: t('customers.resume'),
      run: () => ok(client.POST('/api/tenant/customers/{id}/resume', { params: { path: { id } } })),
    });
    if (!done) return;
    await refresh();
    toast(t('customers.resumed', { name }));
  }

  async function renew({ id, name, service_plan, expires_at }: Customer): Promise<void> {
    const done = await confirm({
      title: t('customers.renew_title', { name }),
      text: t('customers.renew_text', { plan: service_plan.name, end: expires_at ? formatInstant(expires_at) : t('plans.no_end') }),
      confirm: t('customers.renew'),
      run: () => ok(client.POST('/api/tenant/customers/{id}/renew', { params: { path: { id } } })),
    });
    if (!done) return;
    await refresh();
    toast(t('customers.renewed', { name }));
  }

  async function remove({ id, name, username }: Customer): Promise<void> {
    const done = await confirm({
      title: t('customers.delete_title', { name }),
      text: t('customers.delete_text'),
      confirm: t('customers.delete'),
      danger: true,
      typeName: username,
      run: () => ok(client.DELETE('/api/tenant/customers/{id}', { params: { path: { id } } })),
    });
    if (!done) return;
    queries.removeQueries({ queryKey: ['tenant', 'customers', id] });
    await navigation.replace({ name: 'customers' });
    void refresh();
    toast(t('customers.deleted', { name }));
  }

  /** Several at once, one after the other. What is left when one fails stays selected and can be tried again. */
  async function suspendAll(chosen: readonly Customer[]): Promise<boolean> {
    const waiting = new Set(chosen.filter(({ status }) => status !== 'suspended'));
    const total = waiting.size;
    const shown = [...waiting].slice(0, PREVIEWED).map(({ name }) => name);
    const more = total - shown.length;
    const done = await confirm({
      title: t('customers.suspend_many_title', { n: total }, total),
      text: t('customers.suspend_many_text', { names: [...shown, ...(more > 0 ? [t('customers.and_more', { n: more })] : [])].join(', ') }),
      confirm: t('customers.suspend'),
      danger: true,
      reason: { label: t('customers.reason') },
      run: async (reason) => {
        for (const customer of waiting) {
          await ok(
            client.POST('/api/tenant/customers/{id}/suspend', { params: { path: { id: customer.id } }, body: reason ? { reason } : {} }),
          );
          waiting.delete(customer);
        }
      },
    });
    await refresh();
    if (done) toast(t('customers.suspended_many', { n: total }, total));
    return done;
  }

  return { suspend, resume, renew, remove, suspendAll };
}

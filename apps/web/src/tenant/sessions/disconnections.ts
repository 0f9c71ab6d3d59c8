import { useQueryClient } from '@tanstack/vue-query';
import { useI18n } from 'vue-i18n';
import { client, ok } from '@/api/client';
import type { Customer, Session } from '@/api/models';
import { confirm } from '@/shared/composables/confirm';
import { toast } from '@/shared/composables/toasts';

/** Ends connections that are open now. The router is asked at once; what it answers is shown with the session. */
export function useDisconnect() {
  const { t } = useI18n();
  const queries = useQueryClient();

  async function ask(name: string, run: () => Promise<unknown>): Promise<boolean> {
    const asked = await confirm({
      title: t('disconnect.title', { name }),
      text: t('disconnect.text', { name }),
      confirm: t('disconnect.action'),
      danger: true,
      run,
    });
    if (!asked) return false;
    toast(t('disconnect.asked', { name }));
    void queries.invalidateQueries({ queryKey: ['tenant', 'sessions'] });
    void queries.invalidateQueries({ queryKey: ['tenant', 'customers'] });
    return true;
  }

  return {
    session: ({ id, customer, username }: Session) =>
      ask(customer?.name ?? username, () =>
        ok(client.POST('/api/tenant/sessions/{session_id}/disconnect', { params: { path: { session_id: id } } })),
      ),
    customer: ({ id, name }: Customer) =>
      ask(name, () => ok(client.POST('/api/tenant/customers/{id}/disconnect', { params: { path: { id } } }))),
  };
}

import { SERVICE_TYPES } from '@jala/contracts';
import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { client, ok } from '@/api/client';
import { can } from '@/shared/composables/permission';
import type { Filter } from '@/shared/table/columns';

export const SESSION_FILTERS = ['router_id', 'service_plan_id', 'service_type'] as const;

/** Filters of both session lists. Routers are offered to those who may see them. */
export function useSessionFilters() {
  const { t } = useI18n();
  const routers = useQuery({
    queryKey: ['tenant', 'routers', 'choices'],
    queryFn: () => ok(client.GET('/api/tenant/routers', { params: { query: { per_page: 100, sort: 'name' } } })),
    enabled: can('routers.view'),
  });
  const plans = useQuery({
    queryKey: ['tenant', 'service-plans', 'choices'],
    queryFn: () => ok(client.GET('/api/tenant/service-plans', { params: { query: { per_page: 100, sort: 'name' } } })),
    enabled: can('service_plans.view'),
  });
  return computed<Filter[]>(() => [
    ...(routers.data.value && routers.data.value.data.length > 1
      ? [
          {
            name: 'router_id',
            label: t('sessions.router'),
            options: routers.data.value.data.map(({ id, name }) => ({ value: String(id), label: name })),
          },
        ]
      : []),
    ...(plans.data.value && plans.data.value.data.length > 1
      ? [
          {
            name: 'service_plan_id',
            label: t('customers.plan'),
            options: plans.data.value.data.map(({ id, name }) => ({ value: String(id), label: name })),
          },
        ]
      : []),
    {
      name: 'service_type',
      label: t('customers.service_type'),
      options: SERVICE_TYPES.map((value) => ({ value, label: t(`service.${value}`) })),
    },
  ]);
}

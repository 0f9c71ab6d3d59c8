import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { client, ok } from '@/api/client';
import type { PlanOption } from '@/api/models';
import { formatMoney, formatRate } from '@/shared/format';

/** The plans that are sold, for everybody who may see customers. */
export function usePlanOptions() {
  const query = useQuery({
    queryKey: ['tenant', 'plan-options'],
    queryFn: () => ok(client.GET('/api/tenant/customers/plan-options')),
    staleTime: 60_000,
  });
  return { query, plans: computed(() => query.data.value ?? []) };
}

/** `Home 10 Mbps · 10 Mbps · Rp 250.000`. */
export const planLabel = (plan: PlanOption): string =>
  [plan.name, formatRate(plan.download_bps), formatMoney(plan.price_minor, plan.currency)].join(' · ');

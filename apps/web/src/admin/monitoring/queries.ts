import { useQuery } from '@tanstack/vue-query';
import { client, ok } from '@/api/client';
import { can } from '@/shared/composables/permission';

/** As often as the worker looks. */
const LOOK_MS = 10_000;

export const useMonitoring = () =>
  useQuery({
    queryKey: ['platform', 'monitoring'],
    queryFn: () => ok(client.GET('/api/platform/monitoring', {})),
    refetchInterval: LOOK_MS,
  });

export const useProbeHistory = () =>
  useQuery({
    queryKey: ['platform', 'monitoring', 'logins'],
    queryFn: () => ok(client.GET('/api/platform/monitoring/logins', {})),
    refetchInterval: 60_000,
  });

/** For the notice on every page. Who may not see the monitoring is not bothered with it. */
export const useOpenAlerts = () =>
  useQuery({
    queryKey: ['platform', 'monitoring', 'alerts', 'open'],
    queryFn: () => ok(client.GET('/api/platform/monitoring/alerts/open', {})),
    refetchInterval: 30_000,
    enabled: () => can('monitoring.view'),
  });

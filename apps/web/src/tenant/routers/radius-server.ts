import { useQuery } from '@tanstack/vue-query';
import { client, ok } from '@/api/client';

/** Where routers send their requests; it does not change while the page is open. */
export const useRadiusServer = () =>
  useQuery({
    queryKey: ['tenant', 'radius-server'],
    queryFn: () => ok(client.GET('/api/tenant/routers/radius-server')),
    staleTime: Infinity,
  });

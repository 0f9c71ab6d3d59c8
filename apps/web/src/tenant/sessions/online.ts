import { ref, type Ref } from 'vue';
import { useLive, type LiveState } from '@/api/live';

interface SessionsEvent {
  online: number;
  at: string;
}

/** How many sessions are online, as it happens. `changed` runs when somebody came or went. */
export function useOnlineCount(changed: () => void): { online: Ref<number | undefined>; state: Ref<LiveState> } {
  const online = ref<number>();
  const { state } = useLive(() => '/api/tenant/sessions/events', {
    on: {
      sessions: (event: SessionsEvent) => {
        const moved = online.value !== undefined && online.value !== event.online;
        online.value = event.online;
        if (moved) changed();
      },
    },
  });
  return { online, state };
}

import { onScopeDispose, ref, type Ref } from 'vue';
import { bearer, renew } from './access';

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'ended';

interface LiveOptions {
  /** Event name → what to do with its parsed data. Return `false` to end the stream for good. */
  on: Record<string, (data: never) => boolean | void>;
}

const BACKOFF_MS = [500, 1000, 2000, 5000, 10_000, 20_000];
/** Every stream says something four times a minute; a laptop that slept or a lost network gives no error. */
const QUIET_MS = 45_000;
/** A browser keeps six connections to a host, for all its tabs together: one that nobody looks at gives its own back. */
const HIDDEN_MS = 60_000;

/**
 * Server-sent events over fetch: EventSource cannot send the Authorization header.
 * Reconnects with growing pauses, pauses while the tab is hidden for long, ends with the calling component.
 */
export function useLive(url: () => string | undefined, options: LiveOptions): { state: Ref<LiveState>; stop: () => void } {
  const state = ref<LiveState>('connecting');
  let current: AbortController | undefined;
  let stopped = false;
  let paused = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const leave = () => {
    clearTimeout(timer);
    const left = current;
    current = undefined;
    left?.abort();
  };

  const stop = () => {
    stopped = true;
    state.value = 'ended';
    clearTimeout(hiding);
    leave();
  };

  const connect = async () => {
    leave();
    const target = url();
    if (!target || stopped || paused) return;
    const mine = (current = new AbortController());
    try {
      const response = await open(target, mine.signal);
      state.value = 'live';
      await read(response, mine, (name, data) => {
        // Not before: a server that accepts and then fails would be asked twice a second.
        failures = 0;
        if (options.on[name]?.(data as never) === false) stop();
      });
    } catch {
      // Any end of the stream that we did not ask for is answered the same way: connect again.
    }
    if (current !== mine) return;
    current = undefined;
    state.value = 'reconnecting';
    const pause = BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)]!;
    // Spread, so that a restarted server does not meet every browser in the same instant.
    timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
  };

  const onOnline = () => {
    if (state.value === 'reconnecting') void connect();
  };
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.visibilityState === 'hidden') {
      hiding = setTimeout(() => {
        if (stopped) return;
        paused = true;
        state.value = 'reconnecting';
        leave();
      }, HIDDEN_MS);
    } else if (paused) {
      paused = false;
      void connect();
    }
  };
  addEventListener('online', onOnline);
  document.addEventListener('visibilitychange', onVisibility);
  onScopeDispose(() => {
    removeEventListener('online', onOnline);
    document.removeEventListener('visibilitychange', onVisibility);
    stop();
  });
  void connect();
  return { state, stop };
}

async function open(url: string, signal: AbortSignal): Promise<Response> {
  const send = async () =>
    fetch(url, { signal, credentials: 'same-origin', headers: { accept: 'text/event-stream', authorization: `Bearer ${await bearer()}` } });
  let response = await send();
  if (response.status === 401 && (await renew())) response = await send();
  if (!response.ok || !response.body) throw new Error(`stream refused: ${response.status}`);
  return response;
}

async function read(response: Response, connection: AbortController, emit: (name: string, data: unknown) => void): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  for (;;) {
    const quiet = setTimeout(() => connection.abort(), QUIET_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(quiet));
    if (done) return;
    buffer += value.replaceAll('\r\n', '\n');
    let end: number;
    while ((end = buffer.indexOf('\n\n')) >= 0) {
      const { name, data } = parseEvent(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (data) emit(name, JSON.parse(data));
    }
  }
}

function parseEvent(block: string): { name: string; data: string } {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  return { name, data: data.join('\n') };
}

import { effectScope } from 'vue';
import { useLive } from '../../apps/web/src/api/live';

interface Connection {
  readonly signal: AbortSignal;
  say(online: number): void;
  end(): void;
}

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const browser = new EventTarget();

/** The stream of a page, with the server and the browser's clock in the hands of the test. */
describe('a live stream', () => {
  const connections: Connection[] = [];
  let refuse = false;
  let scope: ReturnType<typeof effectScope>;
  const seen: number[] = [];
  const open = () => connections.filter(({ signal }) => !signal.aborted);
  const follow = () =>
    scope.run(() => useLive(() => '/events', { on: { sessions: ({ online }: { online: number }) => void seen.push(online) } }))!;
  const show = (state: 'visible' | 'hidden') => {
    page.visibilityState = state;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    connections.length = seen.length = 0;
    refuse = false;
    page.visibilityState = 'visible';
    scope = effectScope();
    Object.assign(globalThis, {
      document: page,
      addEventListener: browser.addEventListener.bind(browser),
      removeEventListener: browser.removeEventListener.bind(browser),
    });
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (_url, options) => {
      if (refuse) throw new TypeError('fetch failed');
      const signal = options!.signal!;
      let controller!: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
      signal.addEventListener('abort', () => controller.error(signal.reason));
      connections.push({
        signal,
        say: (online) => controller.enqueue(new TextEncoder().encode(`event: sessions\ndata: ${JSON.stringify({ online })}\n\n`)),
        end: () => controller.close(),
      });
      return new Response(body);
    });
  });
  afterEach(() => {
    scope.stop();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('says what arrives, and connects again when it ends', async () => {
    const { state } = follow();
    await pass(10);
    connections[0]!.say(3);
    await pass(10);
    expect([state.value, seen]).toEqual(['live', [3]]);
    connections[0]!.end();
    await pass(10);
    expect(state.value).toBe('reconnecting');
    await pass(1_000);
    expect([state.value, connections.length]).toEqual(['live', 2]);
  });

  it('does not take silence for life: what says nothing for 45 s is opened anew', async () => {
    const { state } = follow();
    await pass(10);
    connections[0]!.say(3);
    await pass(44_000);
    connections[0]!.say(4);
    await pass(44_000);
    expect([state.value, connections.length]).toEqual(['live', 1]);
    await pass(2_500);
    expect([seen, connections.length, open().length]).toEqual([[3, 4], 2, 1]);
  });

  it('asks a server that accepts and fails ever more seldom', async () => {
    follow();
    let ended = 0;
    for (let second = 0; second < 60; second += 1) {
      await pass(1_000);
      if (connections.length > ended) connections[ended++]!.end();
    }
    expect(connections.length).toBeLessThan(10);
  });

  it('gives its connection back while nobody looks for a minute, and is there again at once', async () => {
    const { state } = follow();
    await pass(10);
    show('hidden');
    await pass(30_000);
    show('visible');
    await pass(10);
    connections[0]!.say(1);
    show('hidden');
    await pass(61_000);
    expect([state.value, open().length]).toEqual(['reconnecting', 0]);
    await pass(600_000);
    expect(open()).toEqual([]);
    show('visible');
    await pass(10);
    expect([state.value, open().length]).toEqual(['live', 1]);
  });

  it('never has two connections, and none when its page is left', async () => {
    const { state } = follow();
    await pass(10);
    connections[0]!.end();
    refuse = true;
    await pass(5_000);
    refuse = false;
    for (let times = 0; times < 3; times += 1) browser.dispatchEvent(new Event('online'));
    await pass(30_000);
    expect(open().filter((connection) => connection !== connections[0])).toHaveLength(1);
    scope.stop();
    await pass(60_000);
    expect(open().filter((connection) => connection !== connections[0])).toEqual([]);
    expect(state.value).toBe('ended');
  });
});

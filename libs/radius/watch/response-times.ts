import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How many answers took how long: FreeRADIUS's own measurement of every request, not only the probe's. */
export interface ResponseTimes {
  /** Of each bucket that RESPONSE_TIME_SECONDS ends; the last is everything slower. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** radmin calls a bucket by its lower end: what took from 1 to 10 ms is `elapsed.1ms`. The first begins at nothing, the last never ends. */
const BUCKETS = ['1us', '10us', '100us', '1ms', '10ms', '100ms', '1s', '10s'] as const;
export const RESPONSE_TIME_SECONDS: readonly number[] = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

const WAIT_MS = 3_000;
const run = promisify(execFile);

/** Undefined when the process or its control socket cannot be reached from here. */
export async function responseTimes(controlSocket: string, kind: 'auth' | 'acct'): Promise<ResponseTimes | undefined> {
  try {
    const { stdout } = await run('radmin', ['-f', controlSocket, '-e', `stats client ${kind}`], { timeout: WAIT_MS });
    return parseResponseTimes(stdout);
  } catch {
    return undefined;
  }
}

export function parseResponseTimes(text: string): ResponseTimes | undefined {
  const lines = new Map([...text.matchAll(/^elapsed\.(\w+)\t(\d+)$/gm)].map((match) => [match[1]!, Number(match[2])]));
  if (lines.size === 0) return undefined;
  const counts = BUCKETS.map((name) => lines.get(name) ?? 0);
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

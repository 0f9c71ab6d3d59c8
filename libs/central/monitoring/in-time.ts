import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What is watched may hang, and the watch must not hang with it. The work itself goes on.
 * @throws Error when it takes longer
 */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const patience = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: patience.signal }).then(() => Promise.reject(new Error('no answer in time')));
  try {
    return await Promise.race([work, late]);
  } finally {
    patience.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}

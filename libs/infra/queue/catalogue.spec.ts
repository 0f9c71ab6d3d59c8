import { backoffMs, JOB_NAMES, JOBS, QUEUE_NAMES, QUEUES } from './catalogue';

describe('the job catalogue', () => {
  it('sends every job to a queue that exists and lets it try more than once', () => {
    for (const name of JOB_NAMES) {
      expect(QUEUE_NAMES).toContain(JOBS[name].queue);
      expect(JOBS[name].attempts).toBeGreaterThan(1);
    }
    for (const name of QUEUE_NAMES) expect(QUEUES[name].concurrency).toBeGreaterThan(0);
  });

  it('doubles the wait up to the limit and takes off at most a half', () => {
    const settings = { ...JOBS['mail.send'], backoff: { firstMs: 1_000, maxMs: 5_000 } };
    const longest = [2, 3, 4, 5, 6].map((attempt) => backoffMs(settings, attempt, () => 0));
    const shortest = [2, 3, 4, 5, 6].map((attempt) => backoffMs(settings, attempt, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(shortest).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
  });
});

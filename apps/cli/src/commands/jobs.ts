import { GivenUpJobs } from '@jala/infra/queue';
import { type Command, optionalText, UsageError } from '../command';
import { withProgram } from '../program';
import { say, warn } from '../streams';

/** How the central outbox is called where a tenant's slug could stand; no tenant can be called so. */
const CENTRAL = '-';

export const jobsFailed: Command = {
  name: 'jobs:failed',
  summary: 'list the jobs that were given up, of the platform (-) and of every tenant: [--tenant SLUG|-]',
  options: { tenant: { type: 'string' } },
  run: (options) =>
    withProgram(async (program) => {
      const wanted = optionalText(options, 'tenant');
      const { jobs, failures } = await program.get(GivenUpJobs, { strict: false }).list();
      for (const { tenant, id, job, attempts, failedAt, error } of jobs) {
        const owner = tenant ?? CENTRAL;
        if (wanted !== undefined && wanted !== owner) continue;
        say([owner, id, job, `${attempts} attempts`, failedAt.toISOString(), (error ?? '').replace(/\s+/g, ' ')].join('\t'));
      }
      return complain(failures);
    }),
};

export const jobsRetry: Command = {
  name: 'jobs:retry',
  summary: 'try given-up jobs again: --tenant SLUG|- --id N (one), --tenant SLUG|- (all of it), or --all (everywhere)',
  options: { tenant: { type: 'string' }, id: { type: 'string' }, all: { type: 'boolean' } },
  run(options) {
    const owner = optionalText(options, 'tenant');
    const text = optionalText(options, 'id');
    const everywhere = options['all'] === true;
    if (everywhere === (owner !== undefined)) throw new UsageError('Say either --tenant SLUG (- for the platform) or --all.');
    if (text !== undefined && (owner === undefined || !/^[1-9]\d{0,15}$/.test(text))) {
      throw new UsageError('--id is the number that jobs:failed shows, and wants --tenant.');
    }
    return withProgram(async (program) => {
      const jobs = program.get(GivenUpJobs, { strict: false });
      const { retried, failures } = everywhere
        ? await jobs.retryEverywhere()
        : {
            retried: await jobs.retry(owner === CENTRAL ? null : (owner ?? null), text === undefined ? undefined : Number(text)),
            failures: [],
          };
      say(`${retried} ${retried === 1 ? 'job is' : 'jobs are'} tried again`);
      if (text !== undefined && retried === 0) warn(`there is no given-up job ${text} there`);
      return complain(failures) || Number(text !== undefined && retried === 0);
    });
  },
};

function complain(failures: readonly { readonly slug: string; readonly error: unknown }[]): number {
  for (const { slug, error } of failures) warn(`${slug}: ${error instanceof Error ? error.message : String(error)}`);
  return failures.length > 0 ? 1 : 0;
}

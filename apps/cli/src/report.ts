import type { IterationReport } from '@jala/infra/tenancy';
import { say, warn } from './streams';

/** Says how a run over the tenants went; the exit code is not 0 when one of them failed. */
export function report({ name, succeeded, failures, aborted }: IterationReport): number {
  for (const { slug, error } of failures) warn(`${slug}: ${error instanceof Error ? error.message : String(error)}`);
  say(`${name}: ${succeeded} tenants done, ${failures.length} failed${aborted ? ', interrupted' : ''}`);
  return failures.length > 0 || aborted ? 1 : 0;
}

import { DomainError, type TenantStatus } from '@jala/contracts';
import { isAccessDenied, isDatabaseUnavailable } from '@jala/infra/central-db';

/** In the order in which they are done. Names are part of the API. */
export const PROVISIONING_STEPS = ['database', 'accounts', 'schema', 'radius_access', 'seed', 'owner', 'domain', 'welcome_mail'] as const;
export type ProvisioningStepName = (typeof PROVISIONING_STEPS)[number];

export const STEP_STATUSES = ['pending', 'running', 'done', 'failed'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export interface StepView {
  readonly name: ProvisioningStepName;
  readonly status: StepStatus;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly error: string | null;
}

export interface ProvisioningView {
  readonly status: TenantStatus;
  readonly steps: readonly StepView[];
}

/** Nothing happens any more without a person. */
export const isSettled = (status: TenantStatus): boolean => status !== 'pending' && status !== 'provisioning';

/** A step that cannot succeed however often it is tried: somebody has to change something first. */
export class StepRefusedError extends Error {}

/** What a person is told. Never SQL, names of accounts or addresses: the log has those. */
export function reasonInWords(error: unknown): string {
  if (error instanceof StepRefusedError) return error.message;
  if (error instanceof DomainError) return `It was refused: ${error.code}.`;
  if (isAccessDenied(error)) return 'The database server refused the account that sets up tenants. Check its password and its grants.';
  if (isDatabaseUnavailable(error)) return 'The database server could not be reached.';
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string'
    ? `It stopped with the error ${code}. The log has the details.`
    : 'It stopped with an unexpected error. The log has the details.';
}

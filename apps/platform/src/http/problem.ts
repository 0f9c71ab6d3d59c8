import { DomainError, ERRORS, type ErrorCode, type FieldError } from '@jala/contracts';
import { isDatabaseUnavailable } from '@jala/infra/central-db';
import { IllegalTransitionError } from '@jala/kernel';
import { PROBLEM_MESSAGES } from './problem-messages';

/** An error as the API answers it (RFC 9457), with Jala's stable code and the id to find it in the log. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  request_id: string;
  errors?: Readonly<Record<string, readonly FieldError[]>>;
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  422: 'Unprocessable content',
  423: 'Locked',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

/** Finds the domain error that any thrown value stands for. What nobody expected becomes INTERNAL and says nothing more. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (thrown instanceof IllegalTransitionError) return conflictOf(thrown as IllegalTransitionError<string>);
  const status = statusOf(thrown);
  if (status === 404) return new DomainError('NOT_FOUND');
  if (status === 401) return new DomainError('UNAUTHENTICATED');
  if (status === 403) return new DomainError('FORBIDDEN');
  if (status === 429) return new DomainError('THROTTLED');
  if (status !== undefined && status >= 400 && status < 500) return new DomainError('MALFORMED_REQUEST');
  if (isDatabaseUnavailable(thrown)) return new DomainError('DATABASE_UNAVAILABLE', {}, undefined, { cause: thrown });
  return new DomainError('INTERNAL', {}, undefined, { cause: thrown });
}

/** Which conflict it is when a state machine refuses, by the machine's name. */
const STATE_CONFLICTS: Readonly<Record<string, ErrorCode>> = { tenant: 'TENANT_STATE_CONFLICT', customer: 'CUSTOMER_STATE_CONFLICT' };

function conflictOf(error: IllegalTransitionError<string>): DomainError {
  return new DomainError(STATE_CONFLICTS[error.machine] ?? 'INTERNAL', { status: error.from }, undefined, { cause: error });
}

export function problemOf(error: DomainError, requestId: string): Problem {
  const status = ERRORS[error.code];
  const message = PROBLEM_MESSAGES[error.code];
  return {
    type: `urn:jala:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLES[status] ?? 'Error',
    status,
    code: error.code,
    detail: typeof message === 'string' ? message : message(error.params),
    request_id: requestId,
    ...(error.fields ? { errors: error.fields } : {}),
  };
}

/** Nest's HttpException and Fastify's own errors both say their status, in two ways. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const asNest = thrown as { getStatus?: () => number };
  if (typeof asNest.getStatus === 'function') return asNest.getStatus();
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

import type { ErrorCode } from '@jala/contracts';

export interface FieldProblem {
  code: string;
  message: string;
}

/** The body of every refused request (RFC 9457). */
export interface Problem {
  title?: string;
  status: number;
  code: ErrorCode | 'OFFLINE';
  detail?: string;
  request_id?: string;
  errors?: Record<string, FieldProblem[]>;
}

/** A request that did not succeed. `OFFLINE` is ours: no answer arrived at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: Problem['code'];
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: Record<string, FieldProblem[]>;

  constructor(
    problem: Problem,
    /** From Retry-After, where the answer had one. */
    readonly retryAfterSeconds?: number,
  ) {
    super(problem.title ?? problem.code);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.requestId = problem.request_id;
    this.fields = problem.errors ?? {};
  }

  static offline(): ApiError {
    return new ApiError({ status: 0, code: 'OFFLINE' });
  }

  static async from(response: Response, body?: unknown): Promise<ApiError> {
    const problem = body ?? (await response.json().catch(() => undefined));
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new ApiError(
      isProblem(problem)
        ? { ...problem, status: response.status }
        : { status: response.status, code: 'INTERNAL', request_id: response.headers.get('x-request-id') ?? undefined },
      Number.isFinite(retryAfter) ? retryAfter : undefined,
    );
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value;
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // fetch rejects with a TypeError when no answer arrives.
  return error instanceof TypeError ? ApiError.offline() : new ApiError({ status: 0, code: 'INTERNAL', detail: String(error) });
}

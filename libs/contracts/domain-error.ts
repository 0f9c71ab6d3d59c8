import type { ErrorCode } from './error-codes';

export interface FieldError {
  /** A stable word such as `required` or `taken`; the web translates it. */
  readonly code: string;
  readonly message: string;
}

/** Facts a message may mention: identifiers and limits, never secrets. */
export type ErrorParams = Readonly<Record<string, string | number | boolean | null>>;

/** The one error that business code throws. Its code decides what the caller is told; the cause stays in the log. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly params: ErrorParams = {},
    readonly fields?: Readonly<Record<string, readonly FieldError[]>>,
    options?: ErrorOptions,
  ) {
    super(code, options);
    this.name = 'DomainError';
  }

  /** A 422 that lands on one field of a form. */
  static field(field: string, code: string, message: string): DomainError {
    return new DomainError('VALIDATION_FAILED', {}, { [field]: [{ code, message }] });
  }
}

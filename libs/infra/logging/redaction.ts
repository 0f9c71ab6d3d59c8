/** Names whose values never reach a log or the activity log, whatever object they stand in. */
const SECRET_NAME =
  /pass(word|wd|phrase)?$|password|secret|token|authorization|^cookie$|^set-cookie$|api_?key|private_?key|credential|^otp|recovery_?code/i;
/** Names that match the pattern and yet say nothing secret. */
const HARMLESS_NAME = /^(token_type|password_changed_at|secret_set|has_.*|.*_count)$/i;

export const REDACTED = '[redacted]';
const MAX_DEPTH = 6;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/** A copy in which every secret is replaced. Cycles and depths that no log needs are cut. */
export function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? value.toString() : value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return describeError(value, depth);
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isSecretName(name) && item != null ? REDACTED : redact(item, depth + 1)]),
  );
}

/** Picks fields instead of copying them: database errors carry the whole SQL with its parameters filled in. */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  const { code, errno } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(errno === undefined ? {} : { errno }),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < MAX_DEPTH ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

/** What mysql2 attaches to its errors; TypeORM copies it onto its QueryFailedError. */
interface DriverFacts {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly sqlMessage?: string;
  readonly driverError?: unknown;
}

const ER_DUP_ENTRY = 1062;
const ER_LOCK_WAIT_TIMEOUT = 1205;
const ER_LOCK_DEADLOCK = 1213;
/** MariaDB with innodb_snapshot_isolation: the row changed since this transaction's snapshot. */
const ER_CHECKREAD = 1020;
const ER_ROW_IS_REFERENCED = new Set([1217, 1451]);
const ER_ACCESS_DENIED = new Set([1044, 1045, 1698]);

/** Server shutting down, too many connections, connection killed, query interrupted by a kill. */
const UNAVAILABLE_NUMBERS = new Set([1040, 1053, 1077, 1078, 1079, 1080, 1152, 1203, 1226, 1317, 1927, 4166]);
const UNAVAILABLE_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'HANDSHAKE_SSL_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

function factsOf(error: unknown): DriverFacts {
  return typeof error === 'object' && error !== null ? error : {};
}

/** The whole transaction is worth another try: it failed only because of what others did at the same time. */
export function isConflictWithOthers(error: unknown): boolean {
  const { errno } = factsOf(error);
  return errno === ER_LOCK_DEADLOCK || errno === ER_LOCK_WAIT_TIMEOUT || errno === ER_CHECKREAD;
}

/** The server, or the connection to it, went away. Whether an unfinished COMMIT took effect is then unknown. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, errno, fatal } = factsOf(error);
  if (errno !== undefined && ER_ACCESS_DENIED.has(errno)) return false;
  return fatal === true || (code !== undefined && UNAVAILABLE_CODES.has(code)) || (errno !== undefined && UNAVAILABLE_NUMBERS.has(errno));
}

export function isAccessDenied(error: unknown): boolean {
  const { errno } = factsOf(error);
  return errno !== undefined && ER_ACCESS_DENIED.has(errno);
}

/** The name of the unique key that a row would have doubled, or undefined when the error is another one. */
export function duplicateKeyOf(error: unknown): string | undefined {
  const { errno, sqlMessage, driverError } = factsOf(error);
  if (errno !== ER_DUP_ENTRY) return undefined;
  const text = sqlMessage ?? factsOf(driverError).sqlMessage ?? (error as Error).message;
  // MySQL writes `table.key`, MariaDB `key`.
  return /for key '(?:[^']*\.)?([^']+)'$/.exec(text)?.[1] ?? '';
}

/** A row that others point at cannot be deleted. */
export function isStillReferenced(error: unknown): boolean {
  const { errno } = factsOf(error);
  return errno !== undefined && ER_ROW_IS_REFERENCED.has(errno);
}

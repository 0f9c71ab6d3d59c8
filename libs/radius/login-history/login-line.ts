/** One attempt to log in, as freeradius/raddb/policy.d/history wrote it and as radpostauth takes it. */
export interface LoginRecord {
  readonly at: Date;
  readonly reply: 'Access-Accept' | 'Access-Reject';
  /** Decimal, of at most 19 digits. */
  readonly routerId: string;
  readonly nasIp: string;
  /** Null: not known, or EAP, which is always signed. */
  readonly signed: boolean | null;
  readonly username: string;
  readonly device: string;
  readonly service: string;
  readonly reason: string;
}

/** A tenant's database. What FreeRADIUS lets pass as one (policy.d/tenant), in the length a database name may have. */
export const TENANT_DATABASE = /^t_[0-9a-z_]{1,62}$/;

const HEX = '((?:[0-9a-f]{2})*)';
const LINE = new RegExp(
  `^(\\d{9,10}) (\\S{0,64}) (\\d{1,19}) (Access-(?:Accept|Reject)) (\\d{0,4}) (\\d{0,4}) ([0-9a-f.:]{0,45}) ${HEX} ${HEX} ${HEX} ${HEX}$`,
);
/** radpostauth.authdate is a TIMESTAMP. */
const LAST_SECOND = 2_147_483_647;

/** Columns of radpostauth, in characters. */
const LENGTHS = { username: 64, device: 50, service: 50, reason: 128 } as const;

/** The database that a line is for, without reading the rest of it. Undefined: no tenant has such a name. */
export function databaseOf(line: string): string | undefined {
  const from = line.indexOf(' ') + 1;
  const to = line.indexOf(' ', from);
  const name = from > 0 && to > from ? line.slice(from, to) : '';
  return TENANT_DATABASE.test(name) ? name : undefined;
}

/** When a line was written, in seconds since 1970; undefined when it does not say so. */
export function secondsOf(line: string): number | undefined {
  const [, seconds] = /^(\d{9,10}) /.exec(line) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Undefined: not a line of ours, or only a part of one. */
export function parseLoginLine(line: string): LoginRecord | undefined {
  const [, seconds, , routerId, reply, tunnelled, signatures, nasIp, username, device, service, reason] = LINE.exec(line) ?? [];
  if (seconds === undefined || Number(seconds) > LAST_SECOND) return undefined;
  return {
    at: new Date(Number(seconds) * 1_000),
    reply: reply as LoginRecord['reply'],
    routerId: routerId!,
    nasIp: nasIp!,
    signed: /[1-9]/.test(tunnelled!) ? null : Number(signatures) > 0,
    username: text(username!, LENGTHS.username),
    device: text(device!, LENGTHS.device),
    service: text(service!, LENGTHS.service),
    reason: text(reason!, LENGTHS.reason),
  };
}

/** What is no UTF-8, and NUL, is shown as `?`; what is too long is cut: neither may keep a login from being recorded. */
function text(hex: string, length: number): string {
  const whole = Buffer.from(hex, 'hex')
    .toString('utf8')
    .replace(/[\u0000\ufffd]/g, '?');
  return whole.length <= length ? whole : [...whole].slice(0, length).join('');
}

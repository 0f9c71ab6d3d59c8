/** What is said of a refusal: the key of its message, and what that message names. */
export interface Reason {
  readonly key: string;
  readonly n?: string;
  readonly of?: string;
  readonly text?: string;
  readonly seconds?: number;
}

const SECONDS: Readonly<Record<string, number>> = { min: 60, h: 3_600, days: 86_400 };

/** What the RADIUS server writes when it refuses somebody (freeradius/raddb/policy.d), and the message that says it. */
const REASONS: readonly [pattern: RegExp, key: string, read?: (match: RegExpExecArray) => Partial<Reason>][] = [
  [/^wrong password$/, 'wrong_password'],
  [/^unreadable password/, 'unreadable_password'],
  [/^suspended$/, 'suspended'],
  [/^expired (\d+) (min|h|days) ago$/, 'expired_ago', ([, amount, unit]) => ({ seconds: Number(amount) * SECONDS[unit!]! })],
  [/^expired( just now)?$/, 'expired'],
  [/^data quota used up$/, 'quota'],
  [/^online time used up$/, 'online_time'],
  [/^outside the login hours \((.*)\)$/, 'login_hours', ([, text]) => ({ text })],
  [/^locked to another device$/, 'other_device'],
  [/^all (\d+) device slots are taken$/, 'slots_taken', ([, n]) => ({ n })],
  [/^device not on the list$/, 'not_on_list'],
  [/^the device is not known by its address$/, 'no_device_address'],
  [/^voucher used up \((\d+) of \d+ devices\)$/, 'voucher_used_up', ([, n]) => ({ n })],
  [/^too many devices \((\d+) of (\d+) online\)$/, 'too_many_devices', ([, n, of]) => ({ n, of })],
  [/^no such user$/, 'unknown_user'],
  [/^no password is set$/, 'no_password'],
  [/^no password was sent$/, 'no_password_sent'],
  [/^(?:no|impossible) user name$/, 'bad_username'],
  [/check row/, 'check_row'],
];

/** Undefined for words of an operator's own rows. */
export function readReason(reason: string): Reason | undefined {
  for (const [pattern, key, read] of REASONS) {
    const match = pattern.exec(reason);
    if (match) return { key, ...read?.(match) };
  }
  return undefined;
}

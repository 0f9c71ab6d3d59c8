const WORDS = [
  'expired',
  'suspended',
  'data quota used up',
  'online time used up',
  'outside the login hours',
  'locked to another device',
  'the device is not known by its address',
  'voucher used up',
  'device not on the list',
  'too many devices',
  'no such user',
  'unreadable password',
  'wrong password',
  'no password is set',
  'no password was sent',
  'no user name',
  'impossible user name',
  'a check row does not match',
  'refused by a check row',
];

/** The words of the login history without their numbers, and no others: in /metrics every word is a time series. */
export function rejectWord(reason: string): string {
  if (/^all [0-9]+ device slots are taken$/.test(reason)) return 'all device slots are taken';
  return WORDS.find((word) => reason.startsWith(word)) ?? 'other';
}

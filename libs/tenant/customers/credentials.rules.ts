import type { FieldError } from '@jala/contracts';

/** Width of `username` in the stock RADIUS tables. */
export const USERNAME_MAX = 64;
export const PASSWORD_MIN = 4;
export const PASSWORD_MAX = 64;

/** What a person can read aloud and type on a phone without asking back: no i, l, o, 0, 1. */
export const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';
const GENERATED_PASSWORD_LENGTH = 8;
const USERNAME_SUFFIX_LENGTH = 4;
const USERNAME_STEM_MAX = 16;

/** A uniformly distributed whole number from 0 up to, not including, `limit`. */
export type RandomInt = (limit: number) => number;

/**
 * The names that RouterOS can type, show and export without quoting and that every RADIUS proxy on the way leaves alone:
 * letters, digits and a little punctuation, at most one @ for a realm. A colon is allowed because hotspots log devices
 * in by MAC address.
 */
export function usernameProblem(username: string): FieldError | undefined {
  if (username.length === 0) return { code: 'required', message: 'is required' };
  if (username.length > USERNAME_MAX) return { code: 'too_long', message: `may have at most ${USERNAME_MAX} characters` };
  if (!/^[A-Za-z0-9._@:+-]+$/.test(username)) {
    return { code: 'characters', message: 'may have letters, digits and . _ - + : @ only' };
  }
  if (!/^[A-Za-z0-9]/.test(username)) return { code: 'first_character', message: 'must begin with a letter or a digit' };
  if (username.includes('..') || username.endsWith('.'))
    return { code: 'dots', message: 'may not have two dots in a row or end with a dot' };
  if (username.includes('@') && !/^[^@]+@[A-Za-z0-9.-]+$/.test(username))
    return { code: 'realm', message: 'may have one @ followed by a realm' };
  return undefined;
}

/** What PAP, CHAP and MS-CHAPv2 hash alike on every router: printable ASCII without blanks. */
export function passwordProblem(password: string): FieldError | undefined {
  if (password.length < PASSWORD_MIN) return { code: 'too_short', message: `must have at least ${PASSWORD_MIN} characters` };
  if (password.length > PASSWORD_MAX) return { code: 'too_long', message: `may have at most ${PASSWORD_MAX} characters` };
  if (!/^[\x21-\x7e]+$/.test(password))
    return { code: 'characters', message: 'may have letters, digits and punctuation, no blanks or accents' };
  return undefined;
}

/** 31^8 passwords: at the one wrong guess a second that RADIUS answers, 27,000 years on one account. */
export function generatePassword(random: RandomInt): string {
  return pick(GENERATED_PASSWORD_LENGTH, random);
}

/** The customer's first name and four readable characters: `budi-k7m2`. */
export function generateUsername(name: string, random: RandomInt): string {
  const stem = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .find((word) => word.length > 1);
  return `${(stem ?? 'user').slice(0, USERNAME_STEM_MAX)}-${pick(USERNAME_SUFFIX_LENGTH, random)}`;
}

function pick(length: number, random: RandomInt): string {
  return Array.from({ length }, () => READABLE[random(READABLE.length)]!).join('');
}

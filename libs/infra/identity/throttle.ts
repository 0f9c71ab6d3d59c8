import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { canonicalIp } from '@jala/kernel';
import { DomainError } from '@jala/contracts';
import { sha256Hex } from '@jala/infra/crypto';
import { SharedCounters } from './counters';

interface Limit {
  readonly max: number;
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;

/** Only failures stay counted at login, so that an office behind one address can work. */
export const LIMITS = {
  'login-account': { max: 10, windowMs: 15 * MINUTE_MS },
  'login-address': { max: 100, windowMs: 15 * MINUTE_MS },
  'password-check': { max: 10, windowMs: 15 * MINUTE_MS },
  'forgot-account': { max: 5, windowMs: 60 * MINUTE_MS },
  'forgot-address': { max: 50, windowMs: 60 * MINUTE_MS },
  'reset-address': { max: 50, windowMs: 60 * MINUTE_MS },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** Whoever has one address of an IPv6 /64 has them all (RFC 6177); they count as one. */
export function networkOf(given: string): string {
  // An IPv4 client of a socket that listens on :: has a mapped address; all of IPv4 lies in one such /64.
  const ip = canonicalIp(given) ?? given;
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = ip.split('%', 1)[0]!.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

@Injectable()
export class Throttle {
  constructor(private readonly counters: SharedCounters) {}

  /**
   * Takes one try. Taken before the work and given back after success, so that many at once do not slip through.
   * @throws DomainError THROTTLED
   */
  async take(limit: LimitName, ...who: string[]): Promise<void> {
    const { max, windowMs } = LIMITS[limit];
    const { count, remainingMs } = await this.counters.increment(keyOf(limit, who), windowMs);
    if (count > max) throw new DomainError('THROTTLED', { retryAfterSeconds: Math.max(1, Math.ceil(remainingMs / 1_000)) });
  }

  giveBack(limit: LimitName, ...who: string[]): Promise<void> {
    return this.counters.decrement(keyOf(limit, who));
  }

  clear(limit: LimitName, ...who: string[]): Promise<void> {
    return this.counters.clear(keyOf(limit, who));
  }
}

/** Hashed: e-mail addresses do not belong in the names of keys. */
export const keyOf = (purpose: string, who: readonly string[]): string => `${purpose}:${sha256Hex(JSON.stringify(who)).slice(0, 32)}`;

import { canonicalIp } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { isLoginHours } from './login-hours';
import { QUOTA_WINDOWS } from './quota-windows';
import { isRateLimit } from './rate-limit';
import {
  canonicalMac,
  type Enforcement,
  type FixedForUser,
  isRadiusPassword,
  isRadiusUsername,
  MAX_DEVICES,
  type RadiusGroup,
  type RadiusUser,
} from './radius-user';
import { RadiusUsersRepository } from './radius-users.repository';
import type { RadUser, RadiusUserStatus } from './stock.entities';

const MAX_SECONDS = 2 ** 31 - 1;

/**
 * The only writer of radcheck, radreply, radusergroup, radgroupreply and raduser. It joins the caller's transaction, so that
 * a customer and what the router is told about them change together or not at all. What it writes counts at the next login.
 *
 * Values are checked as programming errors (RangeError): the caller has validated what people typed.
 */
@Injectable()
export class RadiusWriter {
  constructor(private readonly users: RadiusUsersRepository) {}

  find(username: string): Promise<RadUser | null> {
    return this.users.find(username);
  }

  /** Creates the user or makes it exactly this. What has been used of a quota, and an operator's own rows, stay. */
  async putUser(user: RadiusUser): Promise<void> {
    requireUsername(user.username);
    requirePassword(user.password);
    requireEnforcement(user);
    requireDevices(user);
    requireFixed(user);
    if (user.mac && canonicalMac(user.mac) !== user.mac) throw new RangeError(`not a canonical MAC address: ${user.mac}`);
    await this.users.transaction(async () => {
      await this.users.prepareCalendar(user);
      await this.users.upsertEnforcement(user);
      await this.users.replacePassword(user.username, user.password);
      await this.users.replaceGroup(user.username, user.group);
      await this.users.replaceReplies(user.username, fixedReplies(user));
      await this.users.markOperatorRows(user.username);
    });
  }

  async setPassword(username: string, password: string): Promise<void> {
    requirePassword(password);
    await this.users.transaction(() => this.users.replacePassword(username, password));
  }

  /**
   * @param expiresAt left out: stays as it is; null: does not expire
   * @returns false when there is no such user
   */
  setStatus(username: string, status: RadiusUserStatus, expiresAt?: Date | null): Promise<boolean> {
    return this.users.updateStatus(username, status, expiresAt);
  }

  /**
   * A new period: active until `expiresAt`, with the whole quota.
   * @returns false when there is no such user
   */
  startPeriod(username: string, expiresAt: Date | null): Promise<boolean> {
    return this.users.startPeriod(username, expiresAt);
  }

  /** Puts the user on another plan from the next login on. What has been used counts against the new quota. */
  async assignGroup(username: string, group: RadiusGroup): Promise<void> {
    requireEnforcement(group);
    await this.users.transaction(async () => {
      await this.users.prepareCalendar(group);
      await this.users.replaceGroup(username, group.name);
      await this.users.applyToUser(username, group);
      await this.users.markOperatorRows(username);
    });
  }

  /**
   * Exactly this is fixed for the user from the next login on.
   * @param plan what counts where the user has nothing of its own
   * @returns false when there is no such user
   */
  async setFixed(username: string, fixed: FixedForUser, plan: Pick<Enforcement, 'deviceSlots'>): Promise<boolean> {
    requireFixed(fixed);
    if (fixed.macAuth && canonicalMac(username) !== username) throw new RangeError(`not a canonical MAC address: ${username}`);
    return this.users.transaction(async () => {
      const known = await this.users.fix(username, fixed, plan.deviceSlots);
      await this.users.replaceReplies(username, fixedReplies(fixed));
      return known;
    });
  }

  /** Sessions and logins move along. */
  async renameUser(from: string, to: string): Promise<void> {
    requireUsername(to);
    await this.users.transaction(() => this.users.rename(from, to));
  }

  /** Sessions and logins stay, they are history. */
  async removeUser(username: string): Promise<void> {
    await this.users.transaction(() => this.users.remove(username));
  }

  /**
   * Creates the group or makes it exactly this, and holds all its users to it.
   * @returns how many users that are
   */
  putGroup(group: RadiusGroup): Promise<number> {
    requireUsername(group.name);
    requireEnforcement(group);
    return this.users.transaction(async () => {
      await this.users.prepareCalendar(group);
      await this.users.replaceGroupReplies(group.name, groupReplies(group));
      return this.users.applyToMembers(group);
    });
  }

  /**
   * The next device that logs in takes the place of this one. A session it has now goes on until it ends.
   * @returns false when the user does not have it
   */
  releaseDevice(username: string, mac: string): Promise<boolean> {
    return this.users.releaseDevice(username, mac);
  }

  /** Exactly these devices are remembered. */
  async setDevices(username: string, devices: readonly string[]): Promise<void> {
    requireDeviceList(devices);
    await this.users.setDevices(username, devices);
  }

  /** After a change of the tenant's zone: days, weeks and hours are another part of the clock from now on. */
  followZone(timezone: string): Promise<void> {
    return this.users.writeZone(timezone);
  }

  /** Users keep what they are held to; give them another group first. An operator's own rows of the group stay. */
  async removeGroup(name: string): Promise<void> {
    await this.users.transaction(() => this.users.removeGroup(name));
  }
}

/** What a tool that reads only the stock tables should know. FreeRADIUS itself answers from raduser. */
function groupReplies(group: RadiusGroup): Map<string, string> {
  const replies = new Map<string, string>();
  if (group.rateLimit !== null) replies.set('Mikrotik-Rate-Limit', group.rateLimit);
  if (group.pool) replies.set('Framed-Pool', group.pool);
  if (group.addressList) replies.set('Mikrotik-Address-List', group.addressList);
  if (group.ipv6Pool) replies.set('Framed-IPv6-Pool', group.ipv6Pool);
  if (group.delegatedIpv6Pool) replies.set('Mikrotik-Delegated-IPv6-Pool', group.delegatedIpv6Pool);
  if (group.idleSeconds) replies.set('Idle-Timeout', String(group.idleSeconds));
  return replies;
}

function fixedReplies(fixed: FixedForUser): Map<string, string> {
  const replies = new Map<string, string>();
  if (fixed.framedIp) replies.set('Framed-IP-Address', fixed.framedIp);
  if (fixed.framedIpv6Prefix) replies.set('Framed-IPv6-Prefix', fixed.framedIpv6Prefix);
  if (fixed.delegatedIpv6Prefix) replies.set('Delegated-IPv6-Prefix', fixed.delegatedIpv6Prefix);
  return replies;
}

function requireFixed({ framedIp, framedIpv6Prefix, delegatedIpv6Prefix, ownDeviceSlots }: FixedForUser): void {
  if (framedIp && canonicalIp(framedIp) !== framedIp) throw new RangeError(`not a canonical address: ${framedIp}`);
  for (const prefix of [framedIpv6Prefix, delegatedIpv6Prefix]) {
    if (prefix && !isIpv6Prefix(prefix)) throw new RangeError(`not a canonical IPv6 prefix: ${prefix}`);
  }
  requireWhole('device slots', ownDeviceSlots, 0, MAX_DEVICES);
}

function requireDevices(user: RadiusUser): void {
  if (user.macAuth && canonicalMac(user.username) !== user.username) throw new RangeError(`not a canonical MAC address: ${user.username}`);
  requireWhole('number of uses', user.maxUsage, 1, MAX_DEVICES);
  requireDeviceList(user.devices ?? []);
}

function requireDeviceList(devices: readonly string[]): void {
  requireWhole('number of devices', devices.length, 0, MAX_DEVICES);
  for (const mac of devices) {
    if (canonicalMac(mac) !== mac) throw new RangeError(`not a canonical MAC address: ${mac}`);
  }
}

/** `2001:db8:1::/48`, in its one spelling. */
export function isIpv6Prefix(text: string): boolean {
  const match = /^([0-9a-f:.]+)\/(\d{1,3})$/.exec(text);
  return match !== null && match[1]!.includes(':') && canonicalIp(match[1]!) === match[1] && Number(match[2]) <= 128;
}

function requireUsername(name: string): void {
  if (!isRadiusUsername(name)) throw new RangeError(`not a RADIUS name: ${JSON.stringify(name)}`);
}

function requirePassword(password: string): void {
  if (!isRadiusPassword(password)) throw new RangeError('The password is empty, too long or has control characters.');
}

function requireEnforcement(plan: Enforcement): void {
  for (const text of [plan.rateLimit, plan.fairUse?.rateLimit]) {
    if (text !== null && text !== undefined && !isRateLimit(text)) throw new RangeError(`not a Mikrotik-Rate-Limit: ${text}`);
  }
  requireWhole('quota', plan.quotaBytes, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('time quota', plan.timeQuotaSeconds, 0, MAX_SECONDS);
  requireWhole('device slots', plan.deviceSlots, 0, MAX_DEVICES);
  if (plan.quotaWindow !== undefined && !QUOTA_WINDOWS.includes(plan.quotaWindow)) throw new RangeError('not a quota window');
  if (plan.loginHours && !isLoginHours(plan.loginHours)) throw new RangeError(`not login hours: ${plan.loginHours}`);
  for (const name of [plan.pool, plan.addressList, plan.ipv6Pool, plan.delegatedIpv6Pool]) {
    if (name && !isRouterName(name)) throw new RangeError(`not a name on a router: ${name}`);
  }
  requireWhole('fair use threshold', plan.fairUse?.bytes, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('number of devices', plan.sharedUsers, 1, 65_535);
  // RFC 2869 section 2.1: not less than 60.
  requireWhole('interim interval', plan.interimSeconds, 60, 65_535);
  requireWhole('idle timeout', plan.idleSeconds, 1, MAX_SECONDS);
  requireWhole('session limit', plan.sessionSeconds, 1, MAX_SECONDS);
}

/**
 * The name of a pool or an address list: 1 to 64 printable characters. No quotes and no backslash: FreeRADIUS would read a stock
 * reply row with them as something to be unquoted, or even expanded.
 */
export function isRouterName(text: string): boolean {
  return text.length > 0 && text.length <= 64 && !/[\p{Cc}"'`\\]/u.test(text) && text.trim() === text;
}

function requireWhole(what: string, value: number | null | undefined, least: number, most: number): void {
  if (value === null || value === undefined) return;
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(`${what}: ${value} is not a whole number from ${least} to ${most}`);
}

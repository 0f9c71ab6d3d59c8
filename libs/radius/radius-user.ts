import type { QuotaWindow } from './quota-windows';
import type { RadiusUserStatus } from './stock.entities';

/** How fast, how much, how many: what a plan says about each of its users. */
export interface Enforcement {
  /** Mikrotik-Rate-Limit, from rateLimit(). Null: unlimited. */
  readonly rateLimit: string | null;
  /** Bytes in both directions together. Null: no quota. */
  readonly quotaBytes?: number | null;
  /** Online time in seconds, of all devices together. Null: no limit. */
  readonly timeQuotaSeconds?: number | null;
  /** What quotas and fair use are for: the whole period, or each day, week (from Monday) or month of the tenant's zone. */
  readonly quotaWindow?: QuotaWindow;
  /** From `bytes` used on, `rateLimit` applies instead. */
  readonly fairUse?: { readonly bytes: number; readonly rateLimit: string } | null;
  /** Devices at the same time. Null: any number. Default 1. */
  readonly sharedUsers?: number | null;
  /** Name of an address pool on the router. */
  readonly pool?: string | null;
  /** How often the router reports usage. Default 300 s. */
  readonly interimSeconds?: number;
  readonly idleSeconds?: number | null;
  /** Longest single session. */
  readonly sessionSeconds?: number | null;
  /** When one may be online, in the tenant's zone: `Wk0800-1700,Sa` (weekSpans()). Null: always. */
  readonly loginHours?: string | null;
  /** Mikrotik-Address-List. */
  readonly addressList?: string | null;
  readonly ipv6Pool?: string | null;
  /** Pool from which the customer's own router gets its prefix. */
  readonly delegatedIpv6Pool?: string | null;
  /** So many devices are remembered, others are refused. 0: only those put in by staff. Null: any device. */
  readonly deviceSlots?: number | null;
}

/** What is fixed for one user, whatever the plan. */
export interface FixedForUser {
  readonly framedIp?: string | null;
  readonly framedIpv6Prefix?: string | null;
  readonly delegatedIpv6Prefix?: string | null;
  /** The name is a device address, and the device needs no password (hotspot login by MAC). */
  readonly macAuth?: boolean;
  /** Counts instead of the plan's `deviceSlots`. Null: as the plan says. */
  readonly ownDeviceSlots?: number | null;
}

/** A user as the RADIUS tables know one. */
export interface RadiusUser extends Enforcement, FixedForUser {
  readonly username: string;
  /** In clear: CHAP and MS-CHAPv2 cannot be answered from a hash. */
  readonly password: string;
  readonly status: RadiusUserStatus;
  /** Null: does not expire. */
  readonly expiresAt: Date | null;
  /** Group in radusergroup, for example `plan_7`. */
  readonly group: string | null;
  /** Status `unused` only: how long it lasts from the first login. Months count before seconds. */
  readonly validity?: { readonly seconds: number } | { readonly months: number } | null;
  /** Only this device may connect; for an unused user without `mac`, the first that does. */
  readonly macLock?: boolean;
  readonly mac?: string | null;
  /** Voucher: so many devices may use it, one after the other. Null: no limit. */
  readonly maxUsage?: number | null;
  /** Left out: those remembered already stay. */
  readonly devices?: readonly string[];
}

/** A plan as the RADIUS tables know one: its group and what its users are held to. */
export interface RadiusGroup extends Enforcement {
  readonly name: string;
}

export const DEFAULT_INTERIM_SECONDS = 300;

/** The column for remembered devices is that long. */
export const MAX_DEVICES = 100;

/** Case does not count in user names (docs/radius.md), so maps are keyed by this. */
export const userKey = (username: string): string => username.toLowerCase();

/** The length of the columns; a longer name would be cut and might then be somebody else's. */
export const MAX_USERNAME_LENGTH = 64;

/** What FreeRADIUS accepts as a user name (policy.d/names): no blanks, control characters, double quotes or backslashes. */
export function isRadiusUsername(username: string): boolean {
  return username.length > 0 && username.length <= MAX_USERNAME_LENGTH && !/[\s\p{Cc}"\\]/u.test(username);
}

/** What fits a Cleartext-Password row and what a person can type. */
export function isRadiusPassword(password: string): boolean {
  return password.length > 0 && Buffer.byteLength(password) <= 128 && !/\p{Cc}/u.test(password);
}

/** AA:BB:CC:DD:EE:FF, as FreeRADIUS compares it. Undefined when it is not a MAC address. */
export function canonicalMac(text: string): string | undefined {
  const hex = text.trim().replace(/[:.-]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(hex) ? hex.match(/../g)!.join(':') : undefined;
}

/** The devices of raduser.devices. */
export const deviceList = (devices: string): string[] => (devices === '' ? [] : devices.split(','));

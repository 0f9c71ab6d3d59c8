import type { ServiceType } from '@jala/contracts';
import { canonicalMac } from './radius-user';

export interface SessionFilter {
  readonly state: 'online' | 'ended';
  readonly routerId?: number;
  readonly serviceType?: ServiceType;
  /** Users of this group, for example `plan_7`. */
  readonly group?: string;
  /** Online only: the fastest first instead of the newest. */
  readonly fastest?: boolean;
  /** Start of a user name, a whole IP address or a whole MAC address. */
  readonly search?: string;
  readonly page: number;
  readonly perPage: number;
}

// RouterOS numbers hotspot sessions from 80…, PPP sessions from 81….
export const SERVICE_TYPE = `CASE WHEN framedprotocol = 'PPP' OR acctsessionid LIKE '81%' THEN 'pppoe' WHEN acctsessionid LIKE '80%' THEN 'hotspot' END`;

/** A WHERE clause and what stands for its question marks. */
export class Conditions {
  private readonly parts: string[] = [];
  readonly params: unknown[] = [];

  add(sql: string, ...values: unknown[]): this {
    this.parts.push(sql);
    this.params.push(...values);
    return this;
  }

  get sql(): string {
    return this.parts.length > 0 ? this.parts.join(' AND ') : 'TRUE';
  }
}

/** What a person typed into the search: each kind is found in another way. */
export type SessionSearch = { readonly mac: string } | { readonly ip: string } | { readonly prefix: string };

export function searchOf(search: string | undefined): SessionSearch | undefined {
  const text = search?.trim();
  if (!text) return undefined;
  const mac = canonicalMac(text);
  if (mac) return { mac };
  return /^\d+\.\d+\.\d+\.\d+$/.test(text) ? { ip: text } : { prefix: `${text.replace(/[\\%_]/g, '\\$&')}%` };
}

export function addSearch(conditions: Conditions, search: SessionSearch | undefined): void {
  if (!search) return;
  if ('mac' in search) conditions.add('callingstationid = ?', search.mac);
  else if ('ip' in search) conditions.add('framedipaddress = ?', search.ip);
  else conditions.add('username LIKE ?', search.prefix);
}

export function addUsernames(conditions: Conditions, usernames: readonly string[]): void {
  if (usernames.length === 0) conditions.add('FALSE');
  else conditions.add(`username IN (${usernames.map(() => '?').join(', ')})`, ...usernames);
}

/** What no index knows. */
export function addKind(conditions: Conditions, { serviceType, group }: Pick<SessionFilter, 'serviceType' | 'group'>): void {
  if (serviceType !== undefined) conditions.add(`${SERVICE_TYPE} = ?`, serviceType);
  if (group !== undefined) conditions.add('username IN (SELECT username FROM radusergroup WHERE groupname = ?)', group);
}

/** A source of rows of which the first `most` are counted. */
export interface CountedRows<T> {
  count(most: number): Promise<number>;
  rows(limit: number, offset: number): Promise<T[]>;
}

/** One list over several sources, one after the other. Counting stops at `most`, and so do the pages. */
export async function pageOver<T>(
  sources: readonly CountedRows<T>[],
  { page, perPage }: { readonly page: number; readonly perPage: number },
  most: number,
): Promise<{ rows: T[]; total: number }> {
  const offset = (page - 1) * perPage;
  const rows: T[] = [];
  let total = 0;
  for (const source of sources) {
    if (total >= most) break;
    const count = await source.count(most - total);
    const from = Math.max(0, offset - total);
    if (rows.length < perPage && from < count) rows.push(...(await source.rows(Math.min(perPage - rows.length, count - from), from)));
    total += count;
  }
  return { rows, total };
}

import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import { weekSpans } from './login-hours';
import { DEFAULT_INTERIM_SECONDS, type Enforcement, type FixedForUser, type RadiusGroup, type RadiusUser, userKey } from './radius-user';
import { RadCheck, RadGroupReply, RadReply, RadUser, RadUserGroup, type RadiusUserStatus } from './stock.entities';
import { zoneOffsets } from './zone-offsets';

const MANAGED = { jalaManaged: 1 } as const;

// After an operator's own groups (stock default 1): the stock order lets the first group that matches speak.
const GROUP_PRIORITY = 10;

// Accounting that is later than this is not counted for the right day, and nobody lives that long.
const ZONE_SINCE = new Date('2026-01-01T00:00:00Z');
const ZONE_YEARS = 60;

/** Statements on the check, reply and enforcement tables. Nothing but RadiusWriter uses it. */
@Injectable()
export class RadiusUsersRepository {
  constructor(private readonly db: TenantDatabase) {}

  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.db.transaction(fn);
  }

  find(username: string): Promise<RadUser | null> {
    return this.db.repository(RadUser).findOneBy({ username });
  }

  /** Usage and the first login stay as they are for a user that exists. */
  async upsertEnforcement(user: RadiusUser): Promise<void> {
    const validity = user.validity ?? null;
    const row: Record<string, unknown> = {
      status: user.status,
      expires_at: user.expiresAt,
      validity_s: validity && 'seconds' in validity ? validity.seconds : null,
      validity_months: validity && 'months' in validity ? validity.months : null,
      mac_lock: user.macLock ? 1 : 0,
      mac: user.mac ?? null,
      max_usage: user.maxUsage ?? null,
      ...(user.devices === undefined ? {} : { devices: user.devices.join(',') }),
      ...planColumns(user),
      ...fixedColumns(user, user.deviceSlots),
    };
    const columns = Object.keys(row);
    const result = await this.db.query<{ affectedRows: number }>(
      `INSERT INTO raduser (username, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})
       ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
      [user.username, ...Object.values(row)],
    );
    const inserted = result.affectedRows === 1;
    if (inserted) await this.countOpenSessions(user.username);
  }

  /**
   * Triggers keep the number from then on. The name may have been in the stock tables alone, or somebody else's. Whoever calls
   * holds the lock of the row, so that a session that begins meanwhile is added afterwards.
   */
  private async countOpenSessions(username: string): Promise<void> {
    await this.db.query(
      `UPDATE raduser SET open_sessions = (SELECT COUNT(*) FROM radacct a WHERE a.username = ? AND a.acctstoptime IS NULL) WHERE username = ?`,
      [username, username],
    );
  }

  /** What a plan with windows or login hours stands on: the tenant's zone and the hours as spans of the week. */
  async prepareCalendar(plan: Enforcement): Promise<void> {
    if ((plan.quotaWindow ?? 'total') !== 'total' || plan.loginHours) await this.writeZone();
    if (!plan.loginHours) return;
    const hours = plan.loginHours;
    for (const { from, to } of weekSpans(hours) ?? [])
      await this.db.query('INSERT IGNORE INTO login_hours (hours, from_s, to_s) VALUES (?, ?, ?)', [hours, from, to]);
  }

  /** Only the changes since last time are written: nearly always none. */
  async writeZone(timezone = TenantScope.current().timezone): Promise<void> {
    const wanted = zoneOffsets(timezone, ZONE_SINCE, ZONE_YEARS);
    const known = await this.db.query<{ from_at: Date; offset_s: number }[]>('SELECT from_at, offset_s FROM zone_offsets ORDER BY from_at');
    const same =
      known.length === wanted.length &&
      wanted.every(({ from, seconds }, i) => known[i]!.from_at.getTime() === from.getTime() && known[i]!.offset_s === seconds);
    if (same) return;
    await this.db.transaction(async () => {
      await this.db.query('DELETE FROM zone_offsets');
      await this.db.query(
        `INSERT INTO zone_offsets (from_at, offset_s) VALUES ${wanted.map(() => '(?, ?)').join(', ')}`,
        wanted.flatMap(({ from, seconds }) => [from, seconds]),
      );
    });
  }

  async setDevices(username: string, devices: readonly string[]): Promise<void> {
    await this.db.query('UPDATE raduser SET devices = ? WHERE username = ?', [devices.join(','), username]);
  }

  async releaseDevice(username: string, mac: string): Promise<boolean> {
    const result = await this.db.query<{ affectedRows: number }>(
      `UPDATE raduser SET devices = TRIM(BOTH ',' FROM REPLACE(CONCAT(',', devices, ','), CONCAT(',', ?, ','), ',')),
         mac = IF(mac = ?, NULL, mac)
       WHERE username = ? AND (FIND_IN_SET(?, devices) OR mac = ?)`,
      [mac, mac, username, mac, mac],
    );
    return result.affectedRows > 0;
  }

  async replacePassword(username: string, password: string): Promise<void> {
    const checks = this.db.repository(RadCheck);
    const row = { username, attribute: 'Cleartext-Password', ...MANAGED };
    const present = await this.idsOf('radcheck', row);
    if (present.length > 0) await checks.update(present, { value: password, op: ':=' });
    else await checks.insert({ ...row, op: ':=', value: password });
  }

  async replaceGroup(username: string, group: string | null): Promise<void> {
    const groups = this.db.repository(RadUserGroup);
    const present = await this.idsOf('radusergroup', { username, ...MANAGED });
    if (present.length > 0) await groups.delete(present);
    if (group !== null) await groups.insert({ username, groupname: group, priority: GROUP_PRIORITY, ...MANAGED });
  }

  async replaceReplies(username: string, replies: ReadonlyMap<string, string>): Promise<void> {
    const table = this.db.repository(RadReply);
    const present = await this.idsOf('radreply', { username, ...MANAGED });
    if (present.length > 0) await table.delete(present);
    if (replies.size > 0)
      await table.insert([...replies].map(([attribute, value]) => ({ username, attribute, op: '=', value, ...MANAGED })));
  }

  /**
   * Found first and then changed by id: a DELETE or UPDATE by name that finds nothing locks the gap where the row would be,
   * and two new users at the same time would each wait for the other's gap (InnoDB deadlock).
   */
  private async idsOf(table: string, where: { username: string; attribute?: string; jalaManaged: number }): Promise<number[]> {
    const attribute = where.attribute === undefined ? '' : ' AND attribute = ?';
    const params = [where.username, where.jalaManaged, ...(where.attribute === undefined ? [] : [where.attribute])];
    const rows = await this.db.query<{ id: number }[]>(
      `SELECT id FROM ${table} WHERE username = ? AND jala_managed = ?${attribute}`,
      params,
    );
    return rows.map(({ id }) => id);
  }

  /** After the other rows are written. Triggers only set the mark (0001-radius.sql); here it may also go. */
  async markOperatorRows(username: string): Promise<void> {
    const own = (table: string) => `EXISTS (SELECT 1 FROM ${table} o WHERE o.username = u.username AND o.jala_managed = 0)`;
    const groups = (table: string) =>
      `EXISTS (SELECT 1 FROM radusergroup g JOIN ${table} o ON o.groupname = g.groupname WHERE g.username = u.username AND o.jala_managed = 0)`;
    await this.db.query(
      `UPDATE raduser u SET u.operator_rows = ${[own('radcheck'), own('radreply'), own('radusergroup'), groups('radgroupcheck'), groups('radgroupreply')].join(' OR ')}
       WHERE u.username = ?`,
      [username],
    );
  }

  async updateStatus(username: string, status: RadiusUserStatus, expiresAt?: Date | null): Promise<boolean> {
    const changed = await this.db.repository(RadUser).update({ username }, { status, ...(expiresAt === undefined ? {} : { expiresAt }) });
    return Boolean(changed.affected);
  }

  async startPeriod(username: string, expiresAt: Date | null): Promise<boolean> {
    const changed = await this.db.repository(RadUser).update({ username }, { status: 'active', expiresAt, usedBytes: 0, usedSeconds: 0 });
    return Boolean(changed.affected);
  }

  async applyToUser(username: string, plan: Enforcement): Promise<void> {
    const columns = planColumns(plan);
    await this.db.query(`UPDATE raduser u SET ${assignments(columns)} WHERE u.username = ?`, [...Object.values(columns), username]);
  }

  /** @returns false when there is no such user */
  async fix(username: string, fixed: FixedForUser, planDeviceSlots: number | null | undefined): Promise<boolean> {
    const columns = fixedColumns(fixed, planDeviceSlots);
    const result = await this.db.query<{ affectedRows: number }>(
      `UPDATE raduser SET ${Object.keys(columns)
        .map((column) => `${column} = ?`)
        .join(', ')} WHERE username = ?`,
      [...Object.values(columns), username],
    );
    return result.affectedRows > 0;
  }

  /** History moves along: the subscriber is the same person, and the open session goes on under its own key. */
  async rename(from: string, to: string): Promise<void> {
    for (const table of ['raduser', 'radcheck', 'radreply', 'radusergroup', 'radacct', 'radacct_archive', 'radpostauth', 'coa_attempts']) {
      await this.db.query(`UPDATE ${table} SET username = ? WHERE username = ?`, [to, from]);
    }
    await this.countOpenSessions(to);
    if (userKey(from) === userKey(to)) {
      await this.db.query('UPDATE usage_daily SET username = ? WHERE username = ?', [to, from]);
      return;
    }
    // The name may have been somebody else's, who has usage on the same days.
    await this.db.query(
      `INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
         SELECT u.day, ?, u.router_id, u.input_bytes, u.output_bytes, u.sessions FROM usage_daily u WHERE u.username = ?
         ON DUPLICATE KEY UPDATE input_bytes = usage_daily.input_bytes + VALUES(input_bytes),
           output_bytes = usage_daily.output_bytes + VALUES(output_bytes), sessions = usage_daily.sessions + VALUES(sessions)`,
      [to, from],
    );
    await this.db.query('DELETE FROM usage_daily WHERE username = ?', [from]);
  }

  /**
   * An operator's rows go too: a password left in radcheck would still let the user in. The enforcement row last: a trigger of
   * radcheck that does not find it would lock the gap.
   */
  async remove(username: string): Promise<void> {
    for (const entity of [RadCheck, RadReply, RadUserGroup, RadUser]) await this.db.repository(entity).delete({ username });
  }

  async replaceGroupReplies(group: string, replies: ReadonlyMap<string, string>): Promise<void> {
    const table = this.db.repository(RadGroupReply);
    await table.delete({ groupname: group, ...MANAGED });
    if (replies.size > 0)
      await table.insert([...replies].map(([attribute, value]) => ({ groupname: group, attribute, op: '=', value, ...MANAGED })));
  }

  /** @returns how many users are held to the plan */
  async applyToMembers(group: RadiusGroup): Promise<number> {
    const columns = planColumns(group);
    const result = await this.db.query<{ affectedRows: number }>(
      `UPDATE raduser u JOIN radusergroup g ON g.username = u.username AND g.jala_managed = 1
       SET ${assignments(columns)} WHERE g.groupname = ?`,
      [...Object.values(columns), group.name],
    );
    return result.affectedRows;
  }

  async removeGroup(group: string): Promise<void> {
    await this.db.repository(RadUserGroup).delete({ groupname: group, ...MANAGED });
    await this.db.repository(RadGroupReply).delete({ groupname: group, ...MANAGED });
  }
}

/** The columns of raduser that come from the plan. */
function planColumns(plan: Enforcement): Record<string, unknown> {
  return {
    rate_limit: plan.rateLimit,
    fup_bytes: plan.fairUse?.bytes ?? null,
    fup_rate_limit: plan.fairUse?.rateLimit ?? null,
    quota_bytes: plan.quotaBytes ?? null,
    time_quota_s: plan.timeQuotaSeconds ?? null,
    quota_window: plan.quotaWindow ?? 'total',
    pool: plan.pool ?? null,
    shared_users: plan.sharedUsers === undefined ? 1 : plan.sharedUsers,
    interim_s: plan.interimSeconds ?? DEFAULT_INTERIM_SECONDS,
    idle_s: plan.idleSeconds ?? null,
    session_s: plan.sessionSeconds ?? null,
    // "At any time" is no rule.
    login_hours: plan.loginHours && weekSpans(plan.loginHours)?.length ? plan.loginHours : null,
    address_list: plan.addressList ?? null,
    ipv6_pool: plan.ipv6Pool ?? null,
    delegated_ipv6_pool: plan.delegatedIpv6Pool ?? null,
    device_slots: plan.deviceSlots ?? null,
  };
}

/** What is one user's own: its number of devices comes before the plan's. */
function fixedColumns(fixed: FixedForUser, planDeviceSlots: number | null | undefined): Record<string, unknown> {
  const own = fixed.ownDeviceSlots ?? null;
  return {
    framed_ip: fixed.framedIp ?? null,
    framed_ipv6_prefix: fixed.framedIpv6Prefix ?? null,
    delegated_ipv6_prefix: fixed.delegatedIpv6Prefix ?? null,
    mac_auth: fixed.macAuth ? 1 : 0,
    own_device_slots: own,
    device_slots: own ?? planDeviceSlots ?? null,
  };
}

/** Of the plan's columns, without what the user has of its own. */
const assignments = (columns: Record<string, unknown>): string =>
  Object.keys(columns)
    .map((column) => (column === 'device_slots' ? 'u.device_slots = COALESCE(u.own_device_slots, ?)' : `u.${column} = ?`))
    .join(', ');

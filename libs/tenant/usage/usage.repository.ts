import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';
import { liveParams, liveSql, rateSql } from '@jala/radius';
import type { DayUsage, LiveGroup, Usage, UsageFilter } from './usage.types';

interface Sums {
  input_bytes: string | null;
  output_bytes: string | null;
  sessions: string | null;
  users: string;
}

export interface ExportRow {
  readonly day: string;
  readonly username: string;
  readonly name: string | null;
  readonly planId: number | null;
  readonly routerId: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly sessions: number;
}

/** After which row of the export to go on. */
export type ExportPosition = Pick<ExportRow, 'day' | 'username' | 'routerId'>;

export interface LiveRow extends LiveGroup {
  readonly routerId: number;
  readonly planId: number | null;
}

const SUMS =
  'SUM(u.input_bytes) AS input_bytes, SUM(u.output_bytes) AS output_bytes, SUM(u.sessions) AS sessions, COUNT(DISTINCT u.username) AS users';
const DAY = "DATE_FORMAT(u.day, '%Y-%m-%d')";

/** Reads usage_daily: what each user moved on each of the tenant's days, through each router. */
@Injectable()
export class UsageRepository {
  constructor(private readonly db: TenantDatabase) {}

  /** Days without any traffic are missing. */
  async days(filter: UsageFilter): Promise<DayUsage[]> {
    const { where, params } = conditions(filter);
    const rows = await this.db.query<(Sums & { day: string })[]>(
      `SELECT ${DAY} AS day, ${SUMS} FROM usage_daily u WHERE ${where} GROUP BY u.day ORDER BY u.day`,
      params,
    );
    return rows.map((row) => ({ day: row.day, ...usageOf(row) }));
  }

  async total(filter: UsageFilter): Promise<Usage> {
    const { where, params } = conditions(filter);
    const [row] = await this.db.query<Sums[]>(`SELECT ${SUMS} FROM usage_daily u WHERE ${where}`, params);
    return usageOf(row ?? { input_bytes: null, output_bytes: null, sessions: null, users: '0' });
  }

  /** The busiest first. */
  async byRouter(filter: UsageFilter): Promise<(Usage & { routerId: number })[]> {
    const { where, params } = conditions(filter);
    const rows = await this.db.query<(Sums & { router_id: string })[]>(
      `SELECT u.router_id, ${SUMS} FROM usage_daily u WHERE ${where} GROUP BY u.router_id ORDER BY SUM(u.input_bytes + u.output_bytes) DESC`,
      params,
    );
    return rows.map((row) => ({ routerId: Number(row.router_id), ...usageOf(row) }));
  }

  /** By the plan that each customer has now; the busiest first. */
  async byPlan(filter: UsageFilter): Promise<(Usage & { planId: number | null })[]> {
    const { where, params } = conditions(filter);
    const rows = await this.db.query<(Sums & { plan_id: string | null })[]>(
      `SELECT c.service_plan_id AS plan_id, ${SUMS} FROM usage_daily u LEFT JOIN customers c ON c.username = u.username
       WHERE ${where} GROUP BY c.service_plan_id ORDER BY SUM(u.input_bytes + u.output_bytes) DESC`,
      params,
    );
    return rows.map((row) => ({ planId: row.plan_id === null ? null : Number(row.plan_id), ...usageOf(row) }));
  }

  /** Who moved most. */
  async top(filter: UsageFilter, limit: number): Promise<(Omit<Usage, 'users'> & { username: string })[]> {
    const { where, params } = conditions(filter);
    const rows = await this.db.query<(Sums & { username: string })[]>(
      `SELECT u.username, ${SUMS} FROM usage_daily u WHERE ${where}
       GROUP BY u.username ORDER BY SUM(u.input_bytes + u.output_bytes) DESC, u.username LIMIT ?`,
      [...params, limit],
    );
    return rows.map((row) => ({ username: row.username, ...usageOf(row) }));
  }

  /** Oldest day first; `after` is the last row that was read. */
  async exportPage(filter: UsageFilter, after: ExportPosition | undefined, limit: number): Promise<ExportRow[]> {
    const from = after ? { ...filter, from: after.day } : filter;
    const { where, params } = conditions(from);
    const onwards = after ? 'AND (u.day > ? OR u.username > ? OR (u.username = ? AND u.router_id > ?))' : '';
    const rows = await this.db.query<
      (Sums & { day: string; username: string; name: string | null; plan_id: string | null; router_id: string })[]
    >(
      `SELECT ${DAY} AS day, u.username, c.name, c.service_plan_id AS plan_id, u.router_id, u.input_bytes, u.output_bytes, u.sessions
       FROM usage_daily u LEFT JOIN customers c ON c.username = u.username
       WHERE ${where} ${onwards} ORDER BY u.day, u.username, u.router_id LIMIT ?`,
      [...params, ...(after ? [after.day, after.username, after.username, after.routerId] : []), limit],
    );
    return rows.map((row) => ({
      day: row.day,
      username: row.username,
      name: row.name,
      planId: row.plan_id === null ? null : Number(row.plan_id),
      routerId: Number(row.router_id),
      inputBytes: Number(row.input_bytes),
      outputBytes: Number(row.output_bytes),
      sessions: Number(row.sessions),
    }));
  }

  /** Everybody who is online, by router and plan: one statement over the open sessions. */
  async live(now: Date): Promise<LiveRow[]> {
    const sum = (counter: string, previous: string): string => `ROUND(SUM(COALESCE(${rateSql(counter, previous)}, 0)))`;
    const rows = await this.db.query<
      { router_id: string; plan_id: string | null; online: string; input_bps: string; output_bps: string }[]
    >(
      `SELECT a.router_id, c.service_plan_id AS plan_id, COUNT(*) AS online,
              ${sum('acctinputoctets', 'previous_input')} AS input_bps, ${sum('acctoutputoctets', 'previous_output')} AS output_bps
         FROM radacct a LEFT JOIN customers c ON c.username = a.username
        WHERE ${liveSql('a')} GROUP BY a.router_id, c.service_plan_id`,
      liveParams(now),
    );
    return rows.map((row) => ({
      routerId: Number(row.router_id),
      planId: row.plan_id === null ? null : Number(row.plan_id),
      online: Number(row.online),
      inputBps: Number(row.input_bps),
      outputBps: Number(row.output_bps),
    }));
  }
}

function conditions({ from, to, routerId, servicePlanId, username }: UsageFilter): { where: string; params: unknown[] } {
  const parts = ['u.day >= ?', 'u.day <= ?'];
  const params: unknown[] = [from, to];
  if (routerId !== undefined) {
    parts.push('u.router_id = ?');
    params.push(routerId);
  }
  if (username !== undefined) {
    parts.push('u.username = ?');
    params.push(username);
  }
  if (servicePlanId !== undefined) {
    parts.push('u.username IN (SELECT username FROM customers WHERE service_plan_id = ?)');
    params.push(servicePlanId);
  }
  return { where: parts.join(' AND '), params };
}

const usageOf = (row: Sums): Usage => ({
  inputBytes: Number(row.input_bytes ?? 0),
  outputBytes: Number(row.output_bytes ?? 0),
  sessions: Number(row.sessions ?? 0),
  users: Number(row.users),
});

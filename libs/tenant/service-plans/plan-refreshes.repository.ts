import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';

/** What the running sessions of a changed plan need. */
export type NeededRefresh = 'change' | 'disconnect';

export interface PlanRefresh {
  readonly id: number;
  readonly servicePlanId: number;
  readonly requestedBy: string;
  readonly needed: NeededRefresh;
  readonly upToSession: number;
  readonly atSession: number;
  /** Open when the plan was changed. */
  readonly sessions: number;
  /** The router took over the new terms. */
  readonly changed: number;
  /** Ended, so that the next login brings the new terms; or gone already. */
  readonly ended: number;
  /** The router refused or did not answer. */
  readonly failed: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export type RefreshCounts = Pick<PlanRefresh, 'changed' | 'ended' | 'failed'>;

interface Row {
  id: string;
  service_plan_id: string;
  requested_by: string;
  needed: NeededRefresh;
  up_to_session: string;
  at_session: string;
  sessions: number;
  changed: number;
  ended: number;
  failed: number;
  created_at: Date;
  finished_at: Date | null;
}

const SHOWN = 10;

@Injectable()
export class PlanRefreshesRepository {
  constructor(private readonly db: TenantDatabase) {}

  /**
   * A run that is not done yet is over, and the new one does what it still had to do. The caller holds the plan's row, so
   * that two changes of one plan take turns.
   */
  async begin(
    run: Pick<PlanRefresh, 'servicePlanId' | 'requestedBy' | 'needed' | 'upToSession' | 'sessions' | 'createdAt'>,
  ): Promise<number> {
    const open = await this.db.query<{ id: string; needed: NeededRefresh }[]>(
      'SELECT id, needed FROM plan_refreshes WHERE service_plan_id = ? AND finished_at IS NULL FOR UPDATE',
      [run.servicePlanId],
    );
    if (open.length > 0)
      await this.db.query('UPDATE plan_refreshes SET finished_at = ? WHERE id IN (?)', [run.createdAt, open.map(({ id }) => id)]);
    const needed = open.some((earlier) => earlier.needed === 'disconnect') ? 'disconnect' : run.needed;
    const { insertId } = await this.db.query<{ insertId: number }>(
      'INSERT INTO plan_refreshes (service_plan_id, requested_by, needed, up_to_session, sessions, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [run.servicePlanId, run.requestedBy, needed, run.upToSession, run.sessions, run.createdAt],
    );
    return Number(insertId);
  }

  async find(id: number): Promise<PlanRefresh | undefined> {
    const [row] = await this.db.query<Row[]>('SELECT * FROM plan_refreshes WHERE id = ?', [id]);
    return row && toRefresh(row);
  }

  /** The last few, newest first. */
  async ofPlan(planId: number): Promise<PlanRefresh[]> {
    const rows = await this.db.query<Row[]>('SELECT * FROM plan_refreshes WHERE service_plan_id = ? ORDER BY id DESC LIMIT ?', [
      planId,
      SHOWN,
    ]);
    return rows.map(toRefresh);
  }

  /** Only forward, and only while it is the plan's present run. */
  async advance(id: number, from: number, to: number, counts: RefreshCounts): Promise<boolean> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>(
      `UPDATE plan_refreshes SET at_session = ?, changed = changed + ?, ended = ended + ?, failed = failed + ?
        WHERE id = ? AND at_session = ? AND finished_at IS NULL`,
      [to, counts.changed, counts.ended, counts.failed, id, from],
    );
    return affectedRows > 0;
  }

  async finish(id: number, at: Date): Promise<void> {
    await this.db.query('UPDATE plan_refreshes SET finished_at = ? WHERE id = ? AND finished_at IS NULL', [at, id]);
  }

  async forgetPlan(planId: number): Promise<void> {
    await this.db.query('DELETE FROM plan_refreshes WHERE service_plan_id = ?', [planId]);
  }
}

const toRefresh = (row: Row): PlanRefresh => ({
  id: Number(row.id),
  servicePlanId: Number(row.service_plan_id),
  requestedBy: row.requested_by,
  needed: row.needed,
  upToSession: Number(row.up_to_session),
  atSession: Number(row.at_session),
  sessions: row.sessions,
  changed: row.changed,
  ended: row.ended,
  failed: row.failed,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

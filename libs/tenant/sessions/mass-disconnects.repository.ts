import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';

export const MASS_SCOPES = ['service_plan', 'router'] as const;
export type MassScope = (typeof MASS_SCOPES)[number];

export interface MassDisconnect {
  readonly id: number;
  readonly scope: MassScope;
  readonly scopeId: number;
  readonly scopeName: string;
  readonly requestedBy: string;
  readonly upToSession: number;
  readonly atSession: number;
  readonly sessions: number;
  readonly ended: number;
  readonly failed: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface Row {
  id: string;
  scope: MassScope;
  scope_id: string;
  scope_name: string;
  requested_by: string;
  up_to_session: string;
  at_session: string;
  sessions: number;
  ended: number;
  failed: number;
  created_at: Date;
  finished_at: Date | null;
}

@Injectable()
export class MassDisconnectsRepository {
  constructor(private readonly db: TenantDatabase) {}

  async insert(
    run: Pick<MassDisconnect, 'scope' | 'scopeId' | 'scopeName' | 'requestedBy' | 'upToSession' | 'sessions' | 'createdAt'>,
  ): Promise<number> {
    const { insertId } = await this.db.query<{ insertId: number }>(
      `INSERT INTO mass_disconnects (scope, scope_id, scope_name, requested_by, up_to_session, sessions, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [run.scope, run.scopeId, run.scopeName, run.requestedBy, run.upToSession, run.sessions, run.createdAt],
    );
    return Number(insertId);
  }

  async find(id: number): Promise<MassDisconnect | undefined> {
    const [row] = await this.db.query<Row[]>('SELECT * FROM mass_disconnects WHERE id = ?', [id]);
    return row && toRun(row);
  }

  /** Only forward: a run of the same job that was taken for dead and is not changes nothing any more. */
  async advance(id: number, from: number, to: number, ended: number, failed: number): Promise<boolean> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>(
      'UPDATE mass_disconnects SET at_session = ?, ended = ended + ?, failed = failed + ? WHERE id = ? AND at_session = ? AND finished_at IS NULL',
      [to, ended, failed, id, from],
    );
    return affectedRows > 0;
  }

  async finish(id: number, at: Date): Promise<void> {
    await this.db.query('UPDATE mass_disconnects SET finished_at = ? WHERE id = ? AND finished_at IS NULL', [at, id]);
  }
}

const toRun = (row: Row): MassDisconnect => ({
  id: Number(row.id),
  scope: row.scope,
  scopeId: Number(row.scope_id),
  scopeName: row.scope_name,
  requestedBy: row.requested_by,
  upToSession: Number(row.up_to_session),
  atSession: Number(row.at_session),
  sessions: row.sessions,
  ended: row.ended,
  failed: row.failed,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

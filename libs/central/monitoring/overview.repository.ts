import { Injectable } from '@nestjs/common';
import type { TenantStatus } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';

export interface OutboxHealth {
  /** Side effects that are still owed. */
  readonly open: number;
  /** Given up, waiting for a person. */
  readonly failed: number;
}

@Injectable()
export class OverviewRepository {
  constructor(private readonly db: CentralDatabase) {}

  async tenantsByStatus(): Promise<ReadonlyMap<TenantStatus, number>> {
    const rows = await this.db.query<{ status: TenantStatus; tenants: number }[]>(
      'SELECT status, COUNT(*) AS tenants FROM tenants GROUP BY status',
    );
    return new Map(rows.map((row) => [row.status, Number(row.tenants)]));
  }

  async routers(): Promise<{ total: number; unpublished: number }> {
    const [row] = await this.db.query<{ total: number; unpublished: number | null }[]>(
      'SELECT COUNT(*) AS total, SUM(enabled AND published_at IS NULL) AS unpublished FROM router_registry WHERE router_id IS NOT NULL',
    );
    return { total: Number(row?.total ?? 0), unpublished: Number(row?.unpublished ?? 0) };
  }

  async outbox(): Promise<OutboxHealth> {
    const [row] = await this.db.query<{ open: number | null; failed: number | null }[]>(
      'SELECT SUM(failed_at IS NULL) AS open, SUM(failed_at IS NOT NULL) AS failed FROM outbox',
    );
    return { open: Number(row?.open ?? 0), failed: Number(row?.failed ?? 0) };
  }
}

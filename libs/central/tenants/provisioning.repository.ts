import { Injectable } from '@nestjs/common';
import { CentralDatabase, connectTo, type DatabaseServer } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { MoreThan } from 'typeorm';
import { ProvisioningStep } from './provisioning-step.entity';
import { PROVISIONING_STEPS, type ProvisioningStepName } from './provisioning.rules';

/** Whose turn it is to work on a tenant; let it go when done. */
export interface TenantLock {
  release(): void;
}

@Injectable()
export class ProvisioningRepository {
  constructor(
    private readonly db: CentralDatabase,
    private readonly config: AppConfig,
  ) {}

  async plan(tenantId: number): Promise<void> {
    await this.db
      .repository(ProvisioningStep)
      .insert(PROVISIONING_STEPS.map((name, index) => ({ tenantId, name, position: index + 1, status: 'pending' as const, attempts: 0 })));
  }

  async steps(tenantId: number): Promise<ProvisioningStep[]> {
    return this.db.repository(ProvisioningStep).find({ where: { tenantId }, order: { position: 'ASC' } });
  }

  /** Whether the tenant's database, if there is one, is its own. */
  async hasBegunDatabase(tenantId: number): Promise<boolean> {
    return this.db.repository(ProvisioningStep).existsBy({ tenantId, name: 'database', attempts: MoreThan(0) });
  }

  /** Also notes that the step before is done, in one write: most of the time of a short step is the disk's. */
  async begin(tenantId: number, name: ProvisioningStepName, at: Date, before: ProvisioningStepName | undefined): Promise<void> {
    await this.db.query(
      `UPDATE provisioning_steps SET attempts = attempts + (name = ?), error = NULL,
          started_at = IF(name = ?, ?, started_at), finished_at = IF(name = ?, NULL, ?), status = IF(name = ?, 'running', 'done')
        WHERE tenant_id = ? AND (name = ? OR (name = ? AND status = 'running'))`,
      [name, name, at, name, at, name, tenantId, name, before ?? name],
    );
  }

  /** The first end counts: the last step ends in the transaction that makes the tenant ready. */
  async finish(tenantId: number, name: ProvisioningStepName, at: Date): Promise<void> {
    await this.db
      .repository(ProvisioningStep)
      .update({ tenantId, name, status: 'running' }, { status: 'done', error: null, finishedAt: at });
  }

  async fail(tenantId: number, name: ProvisioningStepName, at: Date, error: string): Promise<void> {
    await this.db.repository(ProvisioningStep).update({ tenantId, name }, { status: 'failed', error: error.slice(0, 500), finishedAt: at });
  }

  /** Tenants on their way to ready that no job will bring any further. */
  async abandoned(): Promise<number[]> {
    const rows = await this.db.query<{ id: number }[]>(
      `SELECT t.id FROM tenants t WHERE t.status IN ('pending', 'provisioning') AND NOT EXISTS (
         SELECT 1 FROM outbox o WHERE o.job = 'tenant.provision' AND o.failed_at IS NULL AND JSON_VALUE(o.payload, '$.tenantId') = t.id)`,
    );
    return rows.map(({ id }) => Number(id));
  }

  /**
   * Makes the caller the only one who changes what a tenant consists of. The lock belongs to a connection of its own, so
   * the server frees it when the process dies. Undefined when another one keeps it longer than `waitSeconds`.
   */
  async lockTenant(tenantId: number, waitSeconds: number): Promise<TenantLock | undefined> {
    const { name, ...server } = this.config.centralDb;
    const target: DatabaseServer = { ...server, password: this.config.centralDb.password };
    const connection = await connectTo({ ...target, database: name });
    try {
      const [rows] = await connection.query('SELECT GET_LOCK(?, ?) AS got', [`${name}:tenant:${tenantId}`.slice(-64), waitSeconds]);
      const [row] = rows as { got: number | null }[];
      if (Number(row?.got) === 1) return { release: () => connection.destroy() };
    } catch (error) {
      connection.destroy();
      throw error;
    }
    connection.destroy();
    return undefined;
  }
}

import { wholeNumber } from '@jala/infra/central-db';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProvisioningStepName, StepStatus } from './provisioning.rules';

/** How far one tenant's installation has come. */
@Entity('provisioning_steps')
export class ProvisioningStep {
  @PrimaryColumn({ name: 'tenant_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  tenantId: number;

  @PrimaryColumn({ type: 'varchar', length: 32 })
  name: ProvisioningStepName;

  @Column({ type: 'tinyint', unsigned: true })
  position: number;

  @Column({ type: 'varchar', length: 16 })
  status: StepStatus;

  @Column({ type: 'int', unsigned: true })
  attempts: number;

  @Column({ type: 'varchar', length: 500, nullable: true })
  error: string | null;

  @Column({ name: 'started_at', type: 'datetime', precision: 3, nullable: true })
  startedAt: Date | null;

  @Column({ name: 'finished_at', type: 'datetime', precision: 3, nullable: true })
  finishedAt: Date | null;
}

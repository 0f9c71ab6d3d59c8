import type { ValidityUnit } from '@jala/contracts';
import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

@Entity('service_plans')
export class ServicePlan {
  @IdColumn()
  id: number;

  @Column({ type: 'varchar', length: 80 })
  name: string;

  @Column({ name: 'download_bps', type: 'bigint', unsigned: true, transformer: wholeNumber })
  downloadBps: number;

  @Column({ name: 'upload_bps', type: 'bigint', unsigned: true, transformer: wholeNumber })
  uploadBps: number;

  @Column({ name: 'price_minor', type: 'bigint', transformer: wholeNumber })
  priceMinor: number;

  @Column({ type: 'char', length: 3 })
  currency: string;

  /** Null: an account on this plan does not expire by itself. */
  @Column({ name: 'validity_value', type: 'smallint', unsigned: true, nullable: true })
  validityValue: number | null;

  @Column({ name: 'validity_unit', type: 'varchar', length: 8, nullable: true })
  validityUnit: ValidityUnit | null;

  /** Null: no limit. */
  @Column({ name: 'quota_bytes', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  quotaBytes: number | null;

  /** Devices online at once with one account. */
  @Column({ name: 'shared_users', type: 'smallint', unsigned: true })
  sharedUsers: number;

  @Column({ type: 'varchar', length: 500, nullable: true })
  description: string | null;

  /** Inactive plans are not sold any more; who has one keeps it. */
  @Column({ type: 'boolean' })
  active: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

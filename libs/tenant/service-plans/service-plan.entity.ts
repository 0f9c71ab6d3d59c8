import type { ValidityUnit } from '@jala/contracts';
import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import type { QuotaWindow } from '@jala/radius';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

/** Above the rates for a short while, as long as the average over `seconds` stays below the threshold. */
export interface PlanBurst {
  readonly download_bps: number;
  readonly upload_bps: number;
  readonly threshold_download_bps: number;
  readonly threshold_upload_bps: number;
  readonly seconds: number;
  /** For uploads, where another. */
  readonly seconds_upload?: number | null;
}

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

  /** Online time. Null: no limit. */
  @Column({ name: 'time_quota_seconds', type: 'int', unsigned: true, nullable: true })
  timeQuotaSeconds: number | null;

  /** What quotas and fair use are for: the whole period, or each day, week or month. */
  @Column({ name: 'quota_window', type: 'varchar', length: 8, default: 'total' })
  quotaWindow: QuotaWindow;

  @Column({ type: 'json', nullable: true })
  burst: PlanBurst | null;

  /** 1 is served first, 8 last. Null: 8, as RouterOS has it. */
  @Column({ type: 'tinyint', unsigned: true, nullable: true })
  priority: number | null;

  /** Also when the line is full; both are null or none. */
  @Column({ name: 'guaranteed_download_bps', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  guaranteedDownloadBps: number | null;

  @Column({ name: 'guaranteed_upload_bps', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  guaranteedUploadBps: number | null;

  /** From here on the fair-use rates apply; all three are null or none. */
  @Column({ name: 'fup_bytes', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  fupBytes: number | null;

  @Column({ name: 'fup_download_bps', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  fupDownloadBps: number | null;

  @Column({ name: 'fup_upload_bps', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  fupUploadBps: number | null;

  /** Longest single session. */
  @Column({ name: 'session_seconds', type: 'int', unsigned: true, nullable: true })
  sessionSeconds: number | null;

  @Column({ name: 'idle_seconds', type: 'int', unsigned: true, nullable: true })
  idleSeconds: number | null;

  @Column({ name: 'interim_seconds', type: 'smallint', unsigned: true, default: 300 })
  interimSeconds: number;

  /** `Wk0800-1700,Sa` in the tenant's zone. Null: always. */
  @Column({ name: 'login_hours', type: 'varchar', length: 253, nullable: true })
  loginHours: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  pool: string | null;

  @Column({ name: 'ipv6_pool', type: 'varchar', length: 64, nullable: true })
  ipv6Pool: string | null;

  @Column({ name: 'delegated_ipv6_pool', type: 'varchar', length: 64, nullable: true })
  delegatedIpv6Pool: string | null;

  @Column({ name: 'address_list', type: 'varchar', length: 64, nullable: true })
  addressList: string | null;

  /** So many devices of an account are remembered, others are refused. Null: any. */
  @Column({ name: 'device_slots', type: 'smallint', unsigned: true, nullable: true })
  deviceSlots: number | null;

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

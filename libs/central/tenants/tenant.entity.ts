import type { Locale, TenantStatus } from '@jala/contracts';
import { IdColumn } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

/** One ISP and where its data lives. */
@Entity('tenants')
export class Tenant {
  @IdColumn()
  id: number;

  @Column({ type: 'varchar', length: 48 })
  slug: string;

  @Column({ type: 'varchar', length: 120 })
  name: string;

  @Column({ type: 'varchar', length: 16 })
  status: TenantStatus;

  /** The name of the database host, not its address. */
  @Column({ name: 'db_host', type: 'varchar', length: 32 })
  dbHost: string;

  @Column({ name: 'db_name', type: 'varchar', length: 64 })
  dbName: string;

  @Column({ name: 'db_user', type: 'varchar', length: 32, nullable: true })
  dbUser: string | null;

  @Column({ name: 'db_password_enc', type: 'varchar', length: 512, nullable: true })
  dbPasswordEnc: string | null;

  /** The last migration its database has; null before there is one. */
  @Column({ name: 'schema_version', type: 'int', unsigned: true, nullable: true })
  schemaVersion: number | null;

  @Column({ type: 'varchar', length: 64 })
  timezone: string;

  @Column({ type: 'char', length: 3 })
  currency: string;

  @Column({ type: 'varchar', length: 8 })
  locale: Locale;

  @Column({ name: 'owner_name', type: 'varchar', length: 120 })
  ownerName: string;

  @Column({ name: 'owner_email', type: 'varchar', length: 190 })
  ownerEmail: string;

  /** argon2id. Only between the request that gave a password and the step that makes the owner's account. */
  @Column({ name: 'owner_password_hash', type: 'varchar', length: 255, nullable: true })
  ownerPasswordHash: string | null;

  @Column({ name: 'failed_step', type: 'varchar', length: 32, nullable: true })
  failedStep: string | null;

  @Column({ name: 'failed_reason', type: 'varchar', length: 500, nullable: true })
  failedReason: string | null;

  @Column({ name: 'suspended_reason', type: 'varchar', length: 500, nullable: true })
  suspendedReason: string | null;

  @Column({ name: 'ready_at', type: 'datetime', precision: 3, nullable: true })
  readyAt: Date | null;

  @Column({ name: 'suspended_at', type: 'datetime', precision: 3, nullable: true })
  suspendedAt: Date | null;

  @Column({ name: 'archived_at', type: 'datetime', precision: 3, nullable: true })
  archivedAt: Date | null;

  /** Relative to the data folder. */
  @Column({ name: 'export_path', type: 'varchar', length: 255, nullable: true })
  exportPath: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

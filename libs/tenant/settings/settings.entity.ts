import type { Locale } from '@jala/contracts';
import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** The one row of what a tenant says about itself. What the platform must know too stands there as well, see TenantProfiles. */
@Entity('settings')
export class TenantSettings {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 120 })
  name: string;

  @Column({ type: 'varchar', length: 32, nullable: true })
  phone: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  address: string | null;

  @Column({ type: 'varchar', length: 64 })
  timezone: string;

  @Column({ type: 'char', length: 3 })
  currency: string;

  @Column({ type: 'varchar', length: 8 })
  locale: Locale;

  /** Ended sessions are kept for so many whole months. */
  @Column({ name: 'keep_sessions_months', type: 'smallint', unsigned: true })
  keepSessionsMonths: number;

  /** Attempts to log in are kept for so many days. */
  @Column({ name: 'keep_logins_days', type: 'smallint', unsigned: true })
  keepLoginsDays: number;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

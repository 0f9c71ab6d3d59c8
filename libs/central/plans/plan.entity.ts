import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

/** What the platform sells an ISP. */
@Entity('plans')
export class Plan {
  @IdColumn()
  id: number;

  @Column({ type: 'varchar', length: 80 })
  name: string;

  @Column({ name: 'price_monthly_minor', type: 'bigint', transformer: wholeNumber })
  priceMonthlyMinor: number;

  @Column({ name: 'price_yearly_minor', type: 'bigint', transformer: wholeNumber })
  priceYearlyMinor: number;

  @Column({ type: 'char', length: 3 })
  currency: string;

  /** Null: no limit; also for the next two. */
  @Column({ name: 'max_routers', type: 'int', unsigned: true, nullable: true })
  maxRouters: number | null;

  @Column({ name: 'max_users', type: 'int', unsigned: true, nullable: true })
  maxUsers: number | null;

  @Column({ name: 'max_vouchers', type: 'int', unsigned: true, nullable: true })
  maxVouchers: number | null;

  @Column({ type: 'simple-json' })
  features: string[];

  /** Inactive plans are not sold any more; who has one keeps it. */
  @Column({ type: 'boolean' })
  active: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

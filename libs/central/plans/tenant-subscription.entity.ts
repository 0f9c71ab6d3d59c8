import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, Entity } from 'typeorm';

export const BILLING_PERIODS = ['monthly', 'yearly'] as const;
export type BillingPeriod = (typeof BILLING_PERIODS)[number];

/** Which plan a tenant had from when to when. The one without an end is running; a unique index allows only one. */
@Entity('tenant_subscriptions')
export class TenantSubscription {
  @IdColumn()
  id: number;

  @Column({ name: 'tenant_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  tenantId: number;

  @Column({ name: 'plan_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  planId: number;

  @Column({ name: 'billing_period', type: 'varchar', length: 8 })
  billingPeriod: BillingPeriod;

  @Column({ name: 'started_at', type: 'datetime', precision: 3 })
  startedAt: Date;

  @Column({ name: 'ended_at', type: 'datetime', precision: 3, nullable: true })
  endedAt: Date | null;
}

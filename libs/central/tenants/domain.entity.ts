import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity } from 'typeorm';

/** A host name that leads to a tenant, besides or instead of `<slug>.<root domain>`. */
@Entity('domains')
export class TenantDomain {
  @IdColumn()
  id: number;

  @Column({ name: 'tenant_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  tenantId: number;

  /** Lower case, no port. */
  @Column({ type: 'varchar', length: 190 })
  host: string;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;
}

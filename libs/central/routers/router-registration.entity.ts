import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import type { RouterConnection } from '@jala/contracts';
import type { Signature } from '@jala/radius';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

/** One source address and the tenant it belongs to. */
@Entity('router_registry')
export class RouterRegistration {
  @IdColumn()
  id: number;

  @Column({ name: 'tenant_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  tenantId: number;

  /** Its id in the tenant's database; null while the claim is not confirmed. */
  @Column({ name: 'router_id', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  routerId: number | null;

  @Column({ type: 'varchar', length: 120 })
  name: string;

  @Column({ type: 'varchar', length: 8 })
  connection: RouterConnection;

  /** Canonical. A radsec router has one that stands for it and that no packet comes from. */
  @Column({ type: 'varchar', length: 45 })
  address: string;

  @Column({ name: 'secret_enc', type: 'varchar', length: 512 })
  secretEnc: string;

  @Column({ name: 'require_message_authenticator', type: 'boolean' })
  requireMessageAuthenticator: boolean;

  /** False while its tenant is out of service: FreeRADIUS then does not know it. */
  @Column({ type: 'boolean' })
  enabled: boolean;

  /** What its latest logins say; null while none tells. */
  @Column({ type: 'varchar', length: 8, nullable: true })
  signature: Signature | null;

  /** When it last sent something with another secret than the registered one. */
  @Column({ name: 'wrong_secret_at', type: 'datetime', precision: 3, nullable: true })
  wrongSecretAt: Date | null;

  /** When something unsigned of it was last dropped, because it must sign. */
  @Column({ name: 'unsigned_refused_at', type: 'datetime', precision: 3, nullable: true })
  unsignedRefusedAt: Date | null;

  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt: Date | null;

  @Column({ name: 'publish_error', type: 'varchar', length: 500, nullable: true })
  publishError: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

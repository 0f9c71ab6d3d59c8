import type { RouterConnection } from '@jala/contracts';
import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';

@Entity('routers')
export class Router {
  @IdColumn()
  id: number;

  @Column({ type: 'varchar', length: 120 })
  name: string;

  @Column({ type: 'varchar', length: 8 })
  connection: RouterConnection;

  /** Canonical; the address its RADIUS packets come from. A radsec router has one that stands for it in radacct, and no other. */
  @Column({ type: 'varchar', length: 45 })
  address: string;

  @Column({ name: 'secret_enc', type: 'varchar', length: 512 })
  secretEnc: string;

  /** Its row in the platform's router registry. */
  @Column({ name: 'registry_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  registryId: number;

  @Column({ name: 'require_message_authenticator', type: 'boolean' })
  requireMessageAuthenticator: boolean;

  @Column({ name: 'coa_port', type: 'smallint', unsigned: true })
  coaPort: number;

  @Column({ type: 'varchar', length: 190, nullable: true })
  location: string | null;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  notes: string | null;

  /** When FreeRADIUS last learned of the present address and secret; null while it has not. */
  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt: Date | null;

  @Column({ name: 'publish_error', type: 'varchar', length: 500, nullable: true })
  publishError: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

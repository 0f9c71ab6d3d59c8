import type { ServiceType } from '@jala/contracts';
import { IdColumn, wholeNumber } from '@jala/infra/central-db';
import { Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';
import type { StoredCustomerStatus } from './customer.states';

@Entity('customers')
export class Customer {
  @IdColumn()
  id: number;

  /** Unique without regard to case, as FreeRADIUS compares it. */
  @Column({ type: 'varchar', length: 64 })
  username: string;

  @Column({ type: 'varchar', length: 120 })
  name: string;

  /** E.164. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  phone: string | null;

  @Column({ type: 'varchar', length: 190, nullable: true })
  email: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  address: string | null;

  @Column({ name: 'service_type', type: 'varchar', length: 8 })
  serviceType: ServiceType;

  @Column({ name: 'service_plan_id', type: 'bigint', unsigned: true, transformer: wholeNumber })
  servicePlanId: number;

  @Column({ type: 'varchar', length: 16 })
  status: StoredCustomerStatus;

  /** Month ends are computed from this instant, never from the previous end. */
  @Column({ name: 'anchor_at', type: 'datetime', precision: 3 })
  anchorAt: Date;

  /** Null: does not end by itself. */
  @Column({ name: 'expires_at', type: 'datetime', precision: 3, nullable: true })
  expiresAt: Date | null;

  /** Fixed for this customer alone; null: as the plan and the router have it. Each is one customer's only. */
  @Column({ name: 'framed_ip', type: 'varchar', length: 15, nullable: true })
  framedIp: string | null;

  @Column({ name: 'framed_ipv6_prefix', type: 'varchar', length: 43, nullable: true })
  framedIpv6Prefix: string | null;

  /** For the customer's own router. */
  @Column({ name: 'delegated_ipv6_prefix', type: 'varchar', length: 43, nullable: true })
  delegatedIpv6Prefix: string | null;

  /** Hotspot: the username is a device address, and that is enough. */
  @Column({ name: 'mac_auth', type: 'boolean' })
  macAuth: boolean;

  /** Null: as the plan says; 0: only devices that staff has put on the list. */
  @Column({ name: 'device_slots', type: 'smallint', unsigned: true, nullable: true })
  deviceSlots: number | null;

  @Column({ name: 'suspended_reason', type: 'varchar', length: 255, nullable: true })
  suspendedReason: string | null;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  notes: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt: Date;
}

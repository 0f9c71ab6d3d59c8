import { wholeNumber } from '@jala/infra/central-db';
import { QUOTA_WINDOWS, type QuotaWindow } from './quota-windows';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

// The stock FreeRADIUS tables keep their names and columns; see migrations/tenant/0001-radius.sql.

/** A row of radcheck, radreply, radgroupcheck or radgroupreply: an attribute, an operator and a value. */
abstract class AttributeRow {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 64 })
  attribute: string;

  @Column({ type: 'char', length: 2 })
  op: string;

  @Column({ type: 'varchar', length: 253 })
  value: string;

  /** 1: written here. 0: an operator's own row, which is read at login but never touched, except when its user goes. */
  @Column({ name: 'jala_managed', type: 'tinyint' })
  jalaManaged: number;
}

@Entity('radcheck')
export class RadCheck extends AttributeRow {
  @Column({ type: 'varchar', length: 64 })
  username: string;
}

@Entity('radreply')
export class RadReply extends AttributeRow {
  @Column({ type: 'varchar', length: 64 })
  username: string;
}

@Entity('radgroupcheck')
export class RadGroupCheck extends AttributeRow {
  @Column({ type: 'varchar', length: 64 })
  groupname: string;
}

@Entity('radgroupreply')
export class RadGroupReply extends AttributeRow {
  @Column({ type: 'varchar', length: 64 })
  groupname: string;
}

@Entity('radusergroup')
export class RadUserGroup {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 64 })
  username: string;

  @Column({ type: 'varchar', length: 64 })
  groupname: string;

  @Column({ type: 'int' })
  priority: number;

  @Column({ name: 'jala_managed', type: 'tinyint' })
  jalaManaged: number;
}

export const RADIUS_USER_STATUSES = ['active', 'suspended', 'expired', 'unused'] as const;
export type RadiusUserStatus = (typeof RADIUS_USER_STATUSES)[number];

/** What is enforced at login, one row per user. */
@Entity('raduser')
export class RadUser {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  username: string;

  @Column({ type: 'enum', enum: RADIUS_USER_STATUSES })
  status: RadiusUserStatus;

  @Column({ name: 'expires_at', type: 'datetime', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'validity_s', type: 'int', unsigned: true, nullable: true })
  validitySeconds: number | null;

  @Column({ name: 'validity_months', type: 'smallint', unsigned: true, nullable: true })
  validityMonths: number | null;

  @Column({ name: 'first_login_at', type: 'datetime', nullable: true })
  firstLoginAt: Date | null;

  @Column({ name: 'mac_lock', type: 'tinyint' })
  macLock: number;

  @Column({ type: 'varchar', length: 17, nullable: true })
  mac: string | null;

  @Column({ name: 'rate_limit', type: 'varchar', length: 253, nullable: true })
  rateLimit: string | null;

  @Column({ name: 'fup_bytes', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  fupBytes: number | null;

  @Column({ name: 'fup_rate_limit', type: 'varchar', length: 253, nullable: true })
  fupRateLimit: string | null;

  @Column({ name: 'quota_bytes', type: 'bigint', unsigned: true, nullable: true, transformer: wholeNumber })
  quotaBytes: number | null;

  @Column({ name: 'used_bytes', type: 'bigint', unsigned: true, transformer: wholeNumber })
  usedBytes: number;

  @Column({ name: 'time_quota_s', type: 'int', unsigned: true, nullable: true })
  timeQuotaSeconds: number | null;

  @Column({ name: 'used_seconds', type: 'bigint', unsigned: true, transformer: wholeNumber })
  usedSeconds: number;

  @Column({ name: 'quota_window', type: 'enum', enum: QUOTA_WINDOWS })
  quotaWindow: QuotaWindow;

  /** What `usedBytes` and `usedSeconds` were counted for; another than `quotaWindow`: nothing is used yet. */
  @Column({ name: 'used_window', type: 'enum', enum: QUOTA_WINDOWS })
  usedWindow: QuotaWindow;

  /** End of that window; from then on nothing is used. */
  @Column({ name: 'used_until', type: 'datetime', nullable: true })
  usedUntil: Date | null;

  @Column({ name: 'mac_auth', type: 'tinyint' })
  macAuth: number;

  @Column({ name: 'device_slots', type: 'smallint', unsigned: true, nullable: true })
  deviceSlots: number | null;

  /** Of this user alone; `deviceSlots` does not follow the plan then. */
  @Column({ name: 'own_device_slots', type: 'smallint', unsigned: true, nullable: true })
  ownDeviceSlots: number | null;

  @Column({ name: 'max_usage', type: 'smallint', unsigned: true, nullable: true })
  maxUsage: number | null;

  /** Addresses with commas between; deviceList() reads it. */
  @Column({ type: 'varchar', length: 2048 })
  devices: string;

  @Column({ name: 'login_hours', type: 'varchar', length: 253, nullable: true })
  loginHours: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  pool: string | null;

  @Column({ name: 'framed_ip', type: 'varchar', length: 15, nullable: true })
  framedIp: string | null;

  /** Null: any number of devices. */
  @Column({ name: 'shared_users', type: 'smallint', unsigned: true, nullable: true })
  sharedUsers: number | null;

  @Column({ name: 'interim_s', type: 'smallint', unsigned: true })
  interimSeconds: number;

  @Column({ name: 'idle_s', type: 'int', unsigned: true, nullable: true })
  idleSeconds: number | null;

  @Column({ name: 'session_s', type: 'int', unsigned: true, nullable: true })
  sessionSeconds: number | null;

  /** An operator has or had rows for this user or its group, so they are asked at login. */
  @Column({ name: 'operator_rows', type: 'tinyint' })
  operatorRows: number;
}

export const radiusEntities = [RadCheck, RadReply, RadGroupCheck, RadGroupReply, RadUserGroup, RadUser];

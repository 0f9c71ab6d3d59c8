import { Injectable } from '@nestjs/common';
import type { CustomerStatus, Page, PageRequest, ServiceType } from '@jala/contracts';
import { type Condition, containsPattern, sortColumn } from '@jala/infra/central-db';
import { TenantDatabase } from '@jala/infra/tenancy';
import { userKey } from '@jala/radius';
import { Customer } from './customer.entity';

export interface CustomerFilter {
  readonly status?: CustomerStatus;
  readonly serviceType?: ServiceType;
  readonly servicePlanId?: number;
}

export interface CustomerCounts {
  readonly total: number;
  readonly active: number;
  readonly suspended: number;
  readonly expired: number;
  readonly createdSince: number;
}

/** How others name a customer. */
export interface CustomerRef {
  readonly id: number;
  readonly name: string;
  readonly username: string;
}

const SORTS: Readonly<Record<string, string>> = {
  username: 'username',
  name: 'name',
  status: 'status',
  expires_at: 'expires_at',
  created_at: 'created_at',
};

/** `expired` is a matter of the clock, see customer.states. */
const STATUS_CONDITIONS: Readonly<Record<CustomerStatus, (now: Date) => Condition>> = {
  active: (now) => ["status = 'active' AND (expires_at IS NULL OR expires_at > ?)", now],
  expired: (now) => ["status = 'active' AND expires_at <= ?", now],
  suspended: () => ["status = 'suspended'"],
};

@Injectable()
export class CustomersRepository {
  constructor(private readonly db: TenantDatabase) {}

  async list(request: PageRequest, filter: CustomerFilter, now: Date): Promise<Page<Customer>> {
    const where: Condition[] = [];
    if (request.search) {
      const pattern = containsPattern(request.search);
      where.push(['(username LIKE ? OR name LIKE ? OR phone LIKE ? OR email LIKE ?)', pattern, pattern, pattern, pattern]);
    }
    if (filter.status) where.push(STATUS_CONDITIONS[filter.status](now));
    if (filter.serviceType) where.push(['service_type = ?', filter.serviceType]);
    if (filter.servicePlanId) where.push(['service_plan_id = ?', filter.servicePlanId]);
    const order = request.order === 'desc' ? 'DESC' : 'ASC';
    return this.db.read.page(Customer, where, `${sortColumn(SORTS, request.sort) ?? 'name'} ${order}, id ${order}`, request);
  }

  async find(id: number): Promise<Customer | undefined> {
    const [customer] = await this.db.read.find(Customer, [['id = ?', id]]);
    return customer;
  }

  /** Locked until the transaction ends: two people who suspend and delete at once take turns. */
  async findForUpdate(id: number): Promise<Customer | null> {
    return this.db
      .repository(Customer)
      .createQueryBuilder('customer')
      .where('customer.id = :id', { id })
      .setLock('pessimistic_write')
      .getOne();
  }

  async save(customer: Customer): Promise<Customer> {
    return this.db.repository(Customer).save(customer);
  }

  async remove(id: number): Promise<void> {
    await this.db.repository(Customer).delete({ id });
  }

  /**
   * How many there are, with everybody else who counts waiting for this transaction: the limit of the platform plan
   * holds also when two cashiers press the button at once. The one row of `settings` is the lock.
   */
  async countForLimit(): Promise<number> {
    await this.db.query('SELECT id FROM settings WHERE id = 1 FOR UPDATE');
    const [row] = await this.db.query<{ total: number }[]>('SELECT COUNT(*) AS total FROM customers');
    return Number(row?.total ?? 0);
  }

  async counts(now: Date, since: Date): Promise<CustomerCounts> {
    const [row] = await this.db.query<Record<keyof CustomerCounts, number | string | null>[]>(
      `SELECT COUNT(*) AS total,
              COALESCE(SUM(status = 'active' AND (expires_at IS NULL OR expires_at > ?)), 0) AS active,
              COALESCE(SUM(status = 'suspended'), 0) AS suspended,
              COALESCE(SUM(status = 'active' AND expires_at <= ?), 0) AS expired,
              COALESCE(SUM(created_at >= ?), 0) AS createdSince
         FROM customers`,
      [now, now, since],
    );
    return {
      total: Number(row?.total ?? 0),
      active: Number(row?.active ?? 0),
      suspended: Number(row?.suspended ?? 0),
      expired: Number(row?.expired ?? 0),
      createdSince: Number(row?.createdSince ?? 0),
    };
  }

  async byUsernames(usernames: readonly string[]): Promise<Map<string, CustomerRef>> {
    if (usernames.length === 0) return new Map();
    const rows = await this.db.query<{ id: number; name: string; username: string }[]>(
      'SELECT id, name, username FROM customers WHERE username IN (?)',
      [[...new Set(usernames)]],
    );
    return new Map(rows.map((row) => [userKey(row.username), { id: Number(row.id), name: row.name, username: row.username }]));
  }
}

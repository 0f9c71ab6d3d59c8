import { Injectable } from '@nestjs/common';
import type { Page, PageRequest, RouterConnection } from '@jala/contracts';
import { CentralDatabase, containsPattern, sortColumn } from '@jala/infra/central-db';
import type { Signature } from '@jala/radius';
import { RouterRegistration } from './router-registration.entity';

/** What FreeRADIUS needs to know of a router, read from the registry and its tenant. */
export interface ClientRow {
  readonly id: number;
  readonly tenantId: number;
  readonly tenantDb: string;
  readonly inService: boolean;
  readonly routerId: number;
  readonly name: string;
  readonly connection: RouterConnection;
  readonly address: string;
  readonly secretEnc: string;
  readonly requireMessageAuthenticator: boolean;
}

export interface RegistrationView {
  readonly id: number;
  readonly tenantId: number;
  readonly tenantName: string;
  readonly tenantSlug: string;
  readonly name: string;
  readonly connection: RouterConnection;
  readonly address: string;
  readonly enabled: boolean;
  readonly requireMessageAuthenticator: boolean;
  /** Null while no login has told. */
  readonly signature: Signature | null;
  readonly wrongSecretAt: Date | null;
  readonly unsignedRefusedAt: Date | null;
  readonly publishedAt: Date | null;
  readonly publishError: string | null;
  readonly createdAt: Date;
}

/** `weak`: only those whose requests could be forged, or are refused, because of Message-Authenticator; `wrong_secret`: only those. */
export const REGISTRATION_CONCERNS = ['weak', 'wrong_secret'] as const;
export type RegistrationConcern = (typeof REGISTRATION_CONCERNS)[number];

export interface RegistrationFilter extends PageRequest {
  readonly concern?: RegistrationConcern;
}

const CONCERNS: Readonly<Record<RegistrationConcern, string>> = {
  // Over TLS there is nothing to sign.
  weak: "r.connection = 'udp' AND (NOT r.require_message_authenticator OR r.unsigned_refused_at > NOW() - INTERVAL 1 DAY)",
  wrong_secret: 'r.wrong_secret_at > NOW() - INTERVAL 1 DAY',
};

type Flags<T, K extends keyof T> = Omit<T, K> & Record<K, number | boolean>;

const CLIENT_COLUMNS = `r.id, r.tenant_id AS tenantId, t.db_name AS tenantDb, t.status = 'ready' AS inService, r.router_id AS routerId, r.name,
  r.connection, r.address, r.secret_enc AS secretEnc, r.require_message_authenticator AS requireMessageAuthenticator`;

const SORTS: Readonly<Record<string, string>> = {
  name: 'r.name',
  address: 'r.address',
  tenant: 't.name',
  published_at: 'r.published_at',
  created_at: 'r.created_at',
};

@Injectable()
export class RouterRegistryRepository {
  constructor(private readonly db: CentralDatabase) {}

  async insert(
    registration: Pick<RouterRegistration, 'tenantId' | 'name' | 'connection' | 'address' | 'secretEnc' | 'requireMessageAuthenticator'>,
  ): Promise<number> {
    const { insertId } = await this.db.query<{ insertId: number | string }>(
      'INSERT INTO router_registry (tenant_id, name, connection, address, secret_enc, require_message_authenticator) VALUES (?, ?, ?, ?, ?, ?)',
      [
        registration.tenantId,
        registration.name,
        registration.connection,
        registration.address,
        registration.secretEnc,
        registration.requireMessageAuthenticator,
      ],
    );
    return Number(insertId);
  }

  async remove(tenantId: number, id: number): Promise<void> {
    await this.db.repository(RouterRegistration).delete({ id, tenantId });
  }

  async findForUpdate(tenantId: number, id: number): Promise<RouterRegistration | null> {
    return this.db
      .repository(RouterRegistration)
      .createQueryBuilder('registration')
      .where('registration.id = :id AND registration.tenantId = :tenantId', { id, tenantId })
      .setLock('pessimistic_write')
      .getOne();
  }

  /** Also locks the gap where there is none: nobody can claim the address before the transaction ends. */
  async isClaimedForUpdate(address: string): Promise<boolean> {
    const rows = await this.db.query<unknown[]>('SELECT id FROM router_registry WHERE address = ? FOR UPDATE', [address]);
    return rows.length > 0;
  }

  async save(registration: RouterRegistration): Promise<void> {
    await this.db.repository(RouterRegistration).save(registration);
  }

  /**
   * Every confirmed router of every tenant in service. Until the transaction ends nobody publishes, claims or releases:
   * the list stays true while files are made to agree with it.
   */
  async clientsFrozen(): Promise<ClientRow[]> {
    return this.clients("r.router_id IS NOT NULL AND t.status = 'ready' ORDER BY r.id LOCK IN SHARE MODE", []);
  }

  /** Confirmed: claims that never became a router are nobody's client. */
  async clientIdsOf(tenantId: number): Promise<number[]> {
    const rows = await this.db.query<{ id: number }[]>(
      'SELECT id FROM router_registry WHERE router_id IS NOT NULL AND tenant_id = ? ORDER BY id',
      [tenantId],
    );
    return rows.map((row) => Number(row.id));
  }

  /** The row as it is now, kept so until the transaction ends. */
  async clientForUpdate(id: number): Promise<ClientRow | undefined> {
    const [row] = await this.clients('r.id = ? FOR UPDATE', [id]);
    return row;
  }

  async markPublished(id: number, inService: boolean, at: Date): Promise<void> {
    await this.db.query('UPDATE router_registry SET enabled = ?, published_at = ?, publish_error = NULL WHERE id = ?', [
      inService,
      inService ? at : null,
      id,
    ]);
  }

  async markFailed(id: number, error: string): Promise<void> {
    await this.db.query('UPDATE router_registry SET publish_error = ? WHERE id = ?', [error.slice(0, 500), id]);
  }

  async unconfirmed(tenantId: number, before: Date): Promise<number[]> {
    const rows = await this.db.query<{ id: number }[]>(
      'SELECT id FROM router_registry WHERE tenant_id = ? AND router_id IS NULL AND created_at < ? ORDER BY id',
      [tenantId, before],
    );
    return rows.map((row) => Number(row.id));
  }

  /** Of those whose database can be asked: the claims of the others are settled when they are, or go with the tenant. */
  async tenantsWithUnconfirmed(before: Date): Promise<number[]> {
    const rows = await this.db.query<{ tenantId: number }[]>(
      `SELECT DISTINCT r.tenant_id AS tenantId FROM router_registry r JOIN tenants t ON t.id = r.tenant_id
        WHERE r.router_id IS NULL AND r.created_at < ? AND t.status IN ('ready', 'suspended')`,
      [before],
    );
    return rows.map((row) => Number(row.tenantId));
  }

  async keys(): Promise<{ id: number; tenantId: number }[]> {
    const rows = await this.db.query<{ id: number; tenantId: number }[]>(
      'SELECT id, tenant_id AS tenantId FROM router_registry ORDER BY id',
    );
    return rows.map((row) => ({ id: Number(row.id), tenantId: Number(row.tenantId) }));
  }

  async addressesOf(tenantId: number): Promise<{ id: number; address: string }[]> {
    const rows = await this.db.query<{ id: number; address: string }[]>('SELECT id, address FROM router_registry WHERE tenant_id = ?', [
      tenantId,
    ]);
    return rows.map((row) => ({ id: Number(row.id), address: row.address }));
  }

  async removeAllOf(tenantId: number): Promise<void> {
    await this.db.repository(RouterRegistration).delete({ tenantId });
  }

  async list(request: RegistrationFilter): Promise<Page<RegistrationView>> {
    const conditions = [
      ...(request.search ? ['(r.name LIKE ? OR r.address LIKE ? OR t.name LIKE ? OR t.slug LIKE ?)'] : []),
      ...(request.concern ? [CONCERNS[request.concern]] : []),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const params = request.search ? Array<string>(4).fill(containsPattern(request.search)) : [];
    const from = `FROM router_registry r JOIN tenants t ON t.id = r.tenant_id ${where}`;
    const direction = request.order === 'desc' ? 'DESC' : 'ASC';
    const rows = await this.db.query<Flags<RegistrationView, 'enabled' | 'requireMessageAuthenticator'>[]>(
      `SELECT r.id, r.tenant_id AS tenantId, t.name AS tenantName, t.slug AS tenantSlug, r.name, r.connection, r.address, r.enabled,
              r.require_message_authenticator AS requireMessageAuthenticator, r.signature, r.wrong_secret_at AS wrongSecretAt,
              r.unsigned_refused_at AS unsignedRefusedAt,
              r.published_at AS publishedAt, r.publish_error AS publishError, r.created_at AS createdAt
         ${from} ORDER BY ${sortColumn(SORTS, request.sort) ?? 'r.id'} ${direction}, r.id ${direction} LIMIT ? OFFSET ?`,
      [...params, request.perPage, (request.page - 1) * request.perPage],
    );
    const [count] = await this.db.query<{ total: number }[]>(`SELECT COUNT(*) AS total ${from}`, params);
    return {
      total: Number(count?.total ?? 0),
      rows: rows.map((row) => ({
        ...row,
        id: Number(row.id),
        tenantId: Number(row.tenantId),
        enabled: Boolean(row.enabled),
        requireMessageAuthenticator: Boolean(row.requireMessageAuthenticator),
      })),
    };
  }

  private async clients(condition: string, params: unknown[]): Promise<ClientRow[]> {
    const rows = await this.db.query<Flags<ClientRow, 'inService' | 'requireMessageAuthenticator'>[]>(
      `SELECT ${CLIENT_COLUMNS} FROM router_registry r JOIN tenants t ON t.id = r.tenant_id WHERE ${condition}`,
      params,
    );
    return rows.map((row) => ({
      ...row,
      id: Number(row.id),
      tenantId: Number(row.tenantId),
      routerId: Number(row.routerId),
      inService: Boolean(row.inService),
      requireMessageAuthenticator: Boolean(row.requireMessageAuthenticator),
    }));
  }
}

import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@jala/contracts';
import { type Condition, containsPattern, sortColumn } from '@jala/infra/central-db';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Router } from './router.entity';

const SORTS: Readonly<Record<string, string>> = {
  name: 'name',
  address: 'address',
  location: 'location',
  created_at: 'created_at',
};

@Injectable()
export class RoutersRepository {
  constructor(private readonly db: TenantDatabase) {}

  async list(request: PageRequest): Promise<Page<Router>> {
    const where: Condition[] = [];
    if (request.search) {
      const pattern = containsPattern(request.search);
      where.push(["(name LIKE ? OR (connection = 'udp' AND address LIKE ?) OR location LIKE ?)", pattern, pattern, pattern]);
    }
    const order = request.order === 'desc' ? 'DESC' : 'ASC';
    return this.db.read.page(Router, where, `${sortColumn(SORTS, request.sort) ?? 'name'} ${order}, id ${order}`, request);
  }

  async find(id: number): Promise<Router | undefined> {
    const [router] = await this.db.read.find(Router, [['id = ?', id]]);
    return router;
  }

  async findForUpdate(id: number): Promise<Router | null> {
    return this.db.repository(Router).createQueryBuilder('router').where('router.id = :id', { id }).setLock('pessimistic_write').getOne();
  }

  async findByRegistryId(registryId: number): Promise<Router | null> {
    return this.db.repository(Router).findOneBy({ registryId });
  }

  async ids(): Promise<number[]> {
    const rows = await this.db.query<{ id: number }[]>('SELECT id FROM routers ORDER BY id');
    return rows.map((row) => Number(row.id));
  }

  async namesOf(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<{ id: number; name: string }[]>('SELECT id, name FROM routers WHERE id IN (?)', [[...new Set(ids)]]);
    return new Map(rows.map((row) => [Number(row.id), row.name]));
  }

  /** With everybody else who counts waiting for this transaction; see customers. */
  async countForLimit(): Promise<number> {
    await this.db.query('SELECT id FROM settings WHERE id = 1 FOR UPDATE');
    const [row] = await this.db.query<{ total: number }[]>('SELECT COUNT(*) AS total FROM routers');
    return Number(row?.total ?? 0);
  }

  async save(router: Router): Promise<Router> {
    return this.db.repository(Router).save(router);
  }

  async remove(id: number): Promise<void> {
    await this.db.repository(Router).delete({ id });
  }

  /** Only if the router is still what was published: a change in between waits for its own publication. */
  async markPublished(router: Router, at: Date): Promise<void> {
    await this.db.query(
      `UPDATE routers SET published_at = ?, publish_error = NULL, updated_at = updated_at
        WHERE id = ? AND registry_id = ? AND secret_enc = ? AND require_message_authenticator = ?`,
      [at, router.id, router.registryId, router.secretEnc, router.requireMessageAuthenticator],
    );
  }

  async markFailed(id: number, error: string): Promise<void> {
    await this.db.query('UPDATE routers SET publish_error = ?, updated_at = updated_at WHERE id = ?', [error.slice(0, 500), id]);
  }
}

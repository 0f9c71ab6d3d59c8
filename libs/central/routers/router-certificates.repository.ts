import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';
import type { CertificateHolder, RouterCertificate } from '@jala/infra/tenancy';

const COLUMNS = `c.id, c.serial, c.common_name AS commonName, c.issued_at AS issuedAt, c.issued_by AS issuedBy, c.expires_at AS expiresAt,
  c.revoked_at AS revokedAt, c.revoked_by AS revokedBy`;
const OF_HOLDER = `FROM router_certificates c JOIN router_registry r ON r.id = c.registry_id AND r.connection = 'radsec'
  WHERE r.tenant_id = ? AND r.id = ?`;

@Injectable()
export class RouterCertificatesRepository {
  constructor(private readonly db: CentralDatabase) {}

  async list({ tenantId, registryId }: CertificateHolder): Promise<RouterCertificate[]> {
    return this.select('ORDER BY c.id DESC', [tenantId, registryId]);
  }

  async find({ tenantId, registryId }: CertificateHolder, id: number): Promise<RouterCertificate | undefined> {
    const [row] = await this.select('AND c.id = ?', [tenantId, registryId, id]);
    return row;
  }

  /** Whoever else issues one for this router waits until the transaction ends. @returns undefined when there is no such router */
  async countValidForUpdate({ tenantId, registryId }: CertificateHolder, now: Date): Promise<number | undefined> {
    const held = await this.db.query<unknown[]>(
      "SELECT id FROM router_registry WHERE tenant_id = ? AND id = ? AND connection = 'radsec' FOR UPDATE",
      [tenantId, registryId],
    );
    if (held.length === 0) return undefined;
    const [row] = await this.db.query<{ total: number }[]>(
      'SELECT COUNT(*) AS total FROM router_certificates WHERE registry_id = ? AND revoked_at IS NULL AND expires_at > ?',
      [registryId, now],
    );
    return Number(row?.total ?? 0);
  }

  async insert(
    registryId: number,
    certificate: Pick<RouterCertificate, 'serial' | 'commonName' | 'issuedAt' | 'issuedBy' | 'expiresAt'>,
  ): Promise<number> {
    const { insertId } = await this.db.query<{ insertId: number | string }>(
      'INSERT INTO router_certificates (registry_id, serial, common_name, issued_at, issued_by, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      [registryId, certificate.serial, certificate.commonName, certificate.issuedAt, certificate.issuedBy, certificate.expiresAt],
    );
    return Number(insertId);
  }

  /** The first revocation stays. */
  async revoke(id: number, at: Date, by: string): Promise<void> {
    await this.db.query('UPDATE router_certificates SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL', [at, by, id]);
  }

  async remove(registryId: number, id: number): Promise<void> {
    await this.db.query('DELETE FROM router_certificates WHERE registry_id = ? AND id = ?', [registryId, id]);
  }

  /** Common names of what FreeRADIUS takes, by router; of all routers when none is named. */
  async valid(now: Date, registryId?: number): Promise<Map<number, string[]>> {
    const rows = await this.db.query<{ registryId: number; commonName: string }[]>(
      `SELECT registry_id AS registryId, common_name AS commonName FROM router_certificates
        WHERE revoked_at IS NULL AND expires_at > ? ${registryId === undefined ? '' : 'AND registry_id = ?'} ORDER BY id`,
      registryId === undefined ? [now] : [now, registryId],
    );
    const found = new Map<number, string[]>();
    for (const row of rows) found.set(Number(row.registryId), [...(found.get(Number(row.registryId)) ?? []), row.commonName]);
    return found;
  }

  private async select(rest: string, params: unknown[]): Promise<RouterCertificate[]> {
    const rows = await this.db.query<RouterCertificate[]>(`SELECT ${COLUMNS} ${OF_HOLDER} ${rest}`, params);
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  }
}

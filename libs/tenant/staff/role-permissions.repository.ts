import { Injectable } from '@nestjs/common';
import type { Permission, TenantRole } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';

interface Row {
  role: string;
  permissions: unknown;
}

const parsed = (value: unknown): string[] => {
  const list: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  return Array.isArray(list) ? list.map(String) : [];
};

@Injectable()
export class RolePermissionsRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Undefined for a role the owner has not changed. */
  async find(role: string, { lock = false } = {}): Promise<string[] | undefined> {
    const rows = await this.database.query<Row[]>(`SELECT permissions FROM role_permissions WHERE role = ?${lock ? ' FOR UPDATE' : ''}`, [
      role,
    ]);
    return rows.map((row) => parsed(row.permissions))[0];
  }

  async all(): Promise<ReadonlyMap<string, string[]>> {
    const rows = await this.database.query<Row[]>('SELECT role, permissions FROM role_permissions');
    return new Map(rows.map((row) => [row.role, parsed(row.permissions)]));
  }

  async save(role: TenantRole, permissions: readonly Permission[]): Promise<void> {
    await this.database.query(
      'INSERT INTO role_permissions (role, permissions) VALUES (?, ?) ON DUPLICATE KEY UPDATE permissions = VALUES(permissions)',
      [role, JSON.stringify(permissions)],
    );
  }
}

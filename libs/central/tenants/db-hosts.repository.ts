import { Injectable } from '@nestjs/common';
import { CentralDatabase, type DatabaseServer, type ServerAddress, withConnection } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { SecretBox } from '@jala/infra/crypto';

interface StoredHost {
  host: string;
  port: number;
  socket_path: string | null;
  tls_ca: string | null;
  admin_user: string;
  admin_password_enc: string;
}

/** A server that hangs takes a connection and answers nothing. */
const REACH_TIMEOUT_MS = 3_000;

export const DEFAULT_DB_HOST = 'default';

const adminPurpose = (name: string): string => `db_host:${name}:admin_password`;

/**
 * The database servers that tenants are placed on. `default` is the one of the configuration; its row only exists for
 * others to point at. Further ones live in the table alone.
 */
@Injectable()
export class DbHostsRepository {
  private readonly known = new Map<string, StoredHost>();

  constructor(
    private readonly db: CentralDatabase,
    private readonly config: AppConfig,
    private readonly secrets: SecretBox,
  ) {}

  async address(name: string): Promise<ServerAddress> {
    if (name === DEFAULT_DB_HOST) {
      const { host, port, socket } = this.config.centralDb;
      return { host, port, socket };
    }
    const { host, port, socket_path, tls_ca } = await this.stored(name);
    return { host, port, socket: socket_path ?? undefined, tlsCa: tls_ca ?? undefined };
  }

  /** With the account that may create databases and users. */
  async administration(name: string): Promise<DatabaseServer> {
    const address = await this.address(name);
    if (name !== DEFAULT_DB_HOST) {
      const { admin_user, admin_password_enc } = await this.stored(name);
      return { ...address, user: admin_user, password: this.secrets.open(admin_password_enc, adminPurpose(name)) };
    }
    const account = this.config.provisioning;
    if (!account) throw new Error('PROVISION_DB_PASSWORD is not set: this process cannot set up tenants.');
    return { ...address, user: account.user, password: account.password };
  }

  async names(): Promise<string[]> {
    const rows = await this.db.query<{ name: string }[]>('SELECT name FROM db_hosts ORDER BY name');
    return [...new Set([DEFAULT_DB_HOST, ...rows.map(({ name }) => name)])];
  }

  /** Answers when the server takes a login and a query; throws otherwise. */
  async reach(name: string): Promise<void> {
    const { user, password } = this.config.centralDb;
    const server = name === DEFAULT_DB_HOST ? { ...(await this.address(name)), user, password } : await this.administration(name);
    await withConnection(server, async (connection) => {
      await connection.query({ sql: 'SELECT 1', timeout: REACH_TIMEOUT_MS });
      // With a farewell: the server would write a warning into its log every time.
      await connection.end();
    });
  }

  /** Makes the row that tenants on the configured server point at. */
  async ensureDefault(): Promise<void> {
    const { host, port } = this.config.centralDb;
    await this.db.query(
      'INSERT INTO db_hosts (name, host, port, admin_user, admin_password_enc) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE host = VALUES(host), port = VALUES(port)',
      [DEFAULT_DB_HOST, host, port, 'configured', ''],
    );
  }

  /** Seals every server's password with the current key. @returns how many were not */
  async rotateSecrets(): Promise<number> {
    // The configured server's account is in the configuration; its row holds nothing.
    const rows = await this.db.query<{ name: string; sealed: string }[]>(
      'SELECT name, admin_password_enc AS sealed FROM db_hosts WHERE name <> ? ORDER BY name',
      [DEFAULT_DB_HOST],
    );
    let rotated = 0;
    for (const { name, sealed } of rows.filter((row) => this.secrets.needsRotation(row.sealed))) {
      const anew = this.secrets.rotate(sealed, adminPurpose(name));
      // Somebody may have given the server another password meanwhile.
      const { affectedRows } = await this.db.query<{ affectedRows: number }>(
        'UPDATE db_hosts SET admin_password_enc = ? WHERE name = ? AND admin_password_enc = ?',
        [anew, name, sealed],
      );
      rotated += affectedRows;
      this.known.delete(name);
    }
    return rotated;
  }

  /** Servers do not move while a process runs; credentials change with a restart. */
  private async stored(name: string): Promise<StoredHost> {
    const known = this.known.get(name);
    if (known) return known;
    const [row] = await this.db.query<StoredHost[]>(
      'SELECT host, port, socket_path, tls_ca, admin_user, admin_password_enc FROM db_hosts WHERE name = ?',
      [name],
    );
    if (!row) throw new Error(`There is no database host ${name}.`);
    this.known.set(name, row);
    return row;
  }
}

import { Injectable } from '@nestjs/common';
import { type DatabaseTarget, withConnection } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { radiusFormerRevokes, radiusGrants, radiusRevokes } from '@jala/radius';
import { DbHostsRepository } from './db-hosts.repository';
import { TenantHosting, type TenantPlace } from './tenant-hosting';

const DATABASE = /^t_[0-9a-z_]{1,48}$/;
const ACCOUNT = /^[0-9A-Za-z_]{1,32}$/;

/** The host part of an account. Which addresses reach the server at all is for its network to decide. */
const ANYWHERE = '%';

const ER_NONEXISTING_TABLE_GRANT = 1147;

type Run = <T>(sql: string, params?: unknown[]) => Promise<T>;

/** Database servers whose administrator we are. */
@Injectable()
export class LocalTenantHosting extends TenantHosting {
  constructor(
    private readonly hosts: DbHostsRepository,
    private readonly config: AppConfig,
  ) {
    super();
  }

  async hasDatabase({ host, database }: TenantPlace): Promise<boolean> {
    return this.on(host, async (run) => {
      const rows = await run<unknown[]>('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [database]);
      return rows.length > 0;
    });
  }

  async createDatabase(place: TenantPlace): Promise<void> {
    await this.on(place.host, (run) =>
      run(`CREATE DATABASE IF NOT EXISTS ${databaseOf(place)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`),
    );
  }

  async ensureAccount(place: TenantPlace, password: string): Promise<void> {
    const account = accountOf(place.user);
    // In a grant the underscore is a wildcard: without the backslash t_a_b could also use t_axb.
    const own = `\`${assertDatabase(place.database).replaceAll('_', '\\_')}\`.*`;
    await this.on(place.host, async (run) => {
      await run(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ?`, [password]);
      // It may be there from somebody else's attempt, with a password nobody knows.
      await run(`ALTER USER ${account} IDENTIFIED BY ?`, [password]);
      await run(`GRANT SELECT, INSERT, UPDATE, DELETE, LOCK TABLES ON ${own} TO ${account}`);
    });
  }

  async migrationTarget(place: TenantPlace): Promise<DatabaseTarget> {
    return { ...(await this.hosts.administration(place.host)), database: assertDatabase(place.database) };
  }

  async grantRadius(place: TenantPlace): Promise<void> {
    await this.on(place.host, async (run) => {
      for (const statement of radiusGrants(assertDatabase(place.database), this.config.radius.dbUser)) await run(statement);
      await revokeIfGiven(radiusFormerRevokes(assertDatabase(place.database), this.config.radius.dbUser), run);
    });
  }

  async revokeAccess(place: TenantPlace): Promise<void> {
    await this.on(place.host, (run) => this.revoke(place, run));
  }

  async remove(place: TenantPlace): Promise<void> {
    await this.on(place.host, async (run) => {
      await this.revoke(place, run);
      await run(`DROP DATABASE IF EXISTS ${databaseOf(place)}`);
    });
  }

  /** Grants on tables outlive the tables; a later tenant of the same name must not inherit them. */
  private async revoke(place: TenantPlace, run: Run): Promise<void> {
    await run(`DROP USER IF EXISTS ${accountOf(place.user)}`);
    await revokeIfGiven(radiusRevokes(assertDatabase(place.database), this.config.radius.dbUser), run);
  }

  private async on<T>(host: string, work: (run: Run) => Promise<T>): Promise<T> {
    const server = await this.hosts.administration(host);
    return withConnection(server, (connection) =>
      work(async <R>(sql: string, params?: unknown[]) => (await connection.query(sql, params))[0] as R),
    );
  }
}

async function revokeIfGiven(statements: readonly string[], run: Run): Promise<void> {
  for (const statement of statements) {
    try {
      await run(statement);
    } catch (error) {
      if ((error as { errno?: number }).errno !== ER_NONEXISTING_TABLE_GRANT) throw error;
    }
  }
}

function assertDatabase(name: string): string {
  if (!DATABASE.test(name)) throw new Error('not the name of a tenant database');
  return name;
}

const databaseOf = ({ database }: TenantPlace): string => `\`${assertDatabase(database)}\``;

function accountOf(user: string): string {
  if (!ACCOUNT.test(user)) throw new Error('not the name of a database account');
  return `'${user}'@'${ANYWHERE}'`;
}

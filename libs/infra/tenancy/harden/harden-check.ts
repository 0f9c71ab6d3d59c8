import { Injectable } from '@nestjs/common';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { TenantStatus } from '@jala/contracts';
import { type DatabaseTarget, isAccessDenied, MigrationSet, withConnection } from '@jala/infra/central-db';
import { type DirectoryEntry, TenantCredentials, TenantDirectory } from '../ports';
import { faultsOfGrants, isTenantDatabaseName } from './grants.rules';

export interface HardenFinding {
  /** Slug of the tenant, or the address of a database server. */
  readonly subject: string;
  readonly fault: string;
}

export interface HardenReport {
  readonly tenants: number;
  readonly findings: readonly HardenFinding[];
}

interface Subject {
  readonly entry: DirectoryEntry;
  readonly target: DatabaseTarget;
}

const PAGE = 200;
const AT_ONCE = 4;
/** Present on every server, readable by every account, and showing only what that account may see. */
const SYSTEM_DATABASES = new Set(['information_schema', 'performance_schema']);
const TABLE_ACCESS_DENIED = 1142;

/**
 * Proves from outside that tenants are kept apart, by logging in as each of them: every account is alone with its database,
 * can reach no neighbour's, and the database is at the version this program expects.
 */
@Injectable()
export class HardenCheck {
  constructor(
    private readonly directory: TenantDirectory,
    private readonly credentials: TenantCredentials,
  ) {}

  async run({
    statuses = ['ready', 'suspended'],
    version = MigrationSet.of('tenant').version,
  }: { statuses?: readonly TenantStatus[]; version?: number } = {}): Promise<HardenReport> {
    const findings: HardenFinding[] = [];
    const subjects = await this.subjects(statuses, findings);
    findings.push(...sharedFindings(subjects), ...(await serverFindings(subjects)));
    const remaining = withNeighbours(subjects);
    const work = async () => {
      for (let next = remaining.shift(); next; next = remaining.shift()) {
        const { subject, neighbour } = next;
        const faults = await faultsOf(subject, neighbour, version);
        findings.push(...faults.map((fault) => ({ subject: subject.entry.slug, fault })));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { tenants: subjects.length, findings };
  }

  private async subjects(statuses: readonly TenantStatus[], findings: HardenFinding[]): Promise<Subject[]> {
    const subjects: Subject[] = [];
    for (let afterId = 0; ;) {
      const page = await this.directory.page({ afterId, limit: PAGE, statuses });
      for (const entry of page) {
        try {
          subjects.push({ entry, target: await this.credentials.credentialsFor(entry) });
        } catch (error) {
          findings.push({ subject: entry.slug, fault: `has no usable credentials: ${(error as Error).message}` });
        }
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) return subjects;
      afterId = last.id;
    }
  }
}

const addressOf = ({ host, port, socket }: DatabaseTarget): string => socket ?? `${host}:${port}`;

/** Two tenants with one database or one account would see each other without any rule being broken. */
function sharedFindings(subjects: readonly Subject[]): HardenFinding[] {
  const owners = new Map<string, string>();
  return subjects.flatMap(({ entry, target }) =>
    [`database ${target.database}`, `account ${target.user}`].flatMap((what) => {
      const key = `${addressOf(target)} ${what}`;
      const other = owners.get(key);
      owners.set(key, entry.slug);
      return other === undefined ? [] : [{ subject: entry.slug, fault: `shares its ${what} with ${other}` }];
    }),
  );
}

/** Each with the next tenant on the same server: trying to reach one elsewhere would prove nothing. */
function withNeighbours(subjects: readonly Subject[]): { subject: Subject; neighbour: Subject | undefined }[] {
  return [...byServer(subjects).values()].flatMap((group) =>
    group.map((subject, index) => {
      const next = group[(index + 1) % group.length];
      return { subject, neighbour: next?.target.database === subject.target.database ? undefined : next };
    }),
  );
}

function byServer(subjects: readonly Subject[]): Map<string, Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const address = addressOf(subject.target);
    const group = groups.get(address);
    if (group) group.push(subject);
    else groups.set(address, [subject]);
  }
  return groups;
}

/** UTC and utf8mb4 are settings of the server: no client asks for them. */
async function serverFindings(subjects: readonly Subject[]): Promise<HardenFinding[]> {
  const findings: HardenFinding[] = [];
  for (const [subject, group] of byServer(subjects)) {
    try {
      await withAnyOf(group, async (connection) => {
        const [settings] = await rows(
          connection,
          'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) AS shift, @@character_set_server AS charset, @@local_infile AS loads_files',
        );
        if (Number(settings?.shift) !== 0) findings.push({ subject, fault: 'does not run in UTC' });
        if (settings?.charset !== 'utf8mb4') findings.push({ subject, fault: 'does not default to utf8mb4' });
        if (Number(settings?.loads_files) !== 0) findings.push({ subject, fault: 'lets clients load files (local_infile)' });
      });
    } catch (error) {
      findings.push({ subject, fault: `cannot be asked: ${(error as Error).message}` });
    }
  }
  return findings;
}

/** As the first tenant whose account is not refused; a refused one is a finding of its own. */
async function withAnyOf(group: readonly Subject[], fn: (connection: Connection) => Promise<void>): Promise<void> {
  for (const { target } of group) {
    try {
      await withConnection(target, fn);
      return;
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
    }
  }
}

async function faultsOf({ entry, target }: Subject, neighbour: Subject | undefined, version: number): Promise<string[]> {
  const faults: string[] = [];
  if (!isTenantDatabaseName(entry.db)) faults.push(`has a database with a name that RADIUS refuses: ${entry.db}`);
  if (target.database !== entry.db) faults.push(`has credentials for another database: ${target.database}`);
  try {
    await withConnection(target, async (connection) => {
      const grants = (await rows(connection, 'SHOW GRANTS')).map((row) => String(Object.values(row)[0]));
      faults.push(...faultsOfGrants(grants, entry.db));
      const visible = (await rows(connection, 'SHOW DATABASES')).map((row) => String(Object.values(row)[0]));
      const foreign = visible.filter((name) => name !== entry.db && !SYSTEM_DATABASES.has(name));
      if (foreign.length > 0) faults.push(`sees other databases: ${foreign.slice(0, 5).join(', ')}`);
      if (neighbour && (await canRead(connection, neighbour.target.database)))
        faults.push(`can read the database of ${neighbour.entry.slug}`);
      const actual = await versionOf(connection);
      if (actual !== version) faults.push(`is at schema version ${actual}, expected ${version}`);
    });
  } catch (error) {
    faults.push(isAccessDenied(error) ? 'cannot log in with its own account' : `could not be checked: ${(error as Error).message}`);
  }
  return faults;
}

async function canRead(connection: Connection, database: string): Promise<boolean> {
  try {
    await connection.query('SELECT 1 FROM ??.schema_migrations LIMIT 1', [database]);
    return true;
  } catch (error) {
    if (isAccessDenied(error) || (error as { errno?: number }).errno === TABLE_ACCESS_DENIED) return false;
    throw error;
  }
}

async function versionOf(connection: Connection): Promise<number> {
  const [newest] = await rows(connection, 'SELECT MAX(version) AS version FROM schema_migrations WHERE applied_at IS NOT NULL');
  return Number(newest?.version ?? 0);
}

async function rows(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  const [result] = await connection.query<RowDataPacket[]>(sql);
  return result;
}

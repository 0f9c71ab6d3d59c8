import type { INestApplicationContext } from '@nestjs/common';
import { type DatabaseTarget, withConnection } from '@jala/infra/central-db';
import { TenantCredentials, TenantDatabase, TenantDirectory, TenantScope } from '@jala/infra/tenancy';
import { heading, judge, median, note, timed } from './verdicts';

const QUESTION = 'SELECT name, timezone FROM settings WHERE id = 1';
const LIMIT = 3;

/**
 * The first question to a tenant that this process has never served: directory, sealed credentials, connection and query,
 * against a bare connection of the same account that asks the same.
 */
export async function benchColdStart(start: () => Promise<INestApplicationContext>, slugs: readonly string[]): Promise<void> {
  heading('The first request for a tenant');
  const program = await start();
  const directory = program.get(TenantDirectory, { strict: false });
  const database = program.get(TenantDatabase, { strict: false });
  const credentials = program.get(TenantCredentials, { strict: false });
  const ask = async (slug: string): Promise<void> => {
    const tenant = await directory.bySlug(slug);
    if (!tenant) throw new Error(`There is no tenant ${slug}.`);
    await TenantScope.run(tenant, () => database.query(QUESTION));
  };
  const [first = '', ...others] = slugs;
  // The program's own first steps are not a tenant's.
  await ask(first);
  const cold: number[] = [];
  const warm: number[] = [];
  const bare: number[] = [];
  for (const slug of others) {
    cold.push(await timed(() => ask(slug)));
    warm.push(await timed(() => ask(slug)));
    const target = await targetOf(slug);
    bare.push(await timed(() => withConnection(target, (connection) => connection.query(QUESTION))));
  }
  await program.close();
  const ratio = median(cold.map((time, index) => time / (bare[index] ?? Number.NaN)));
  judge(
    'cold tenant against a bare connection and query',
    ratio,
    LIMIT,
    `${median(cold).toFixed(1)} ms against ${median(bare).toFixed(1)} ms, ${others.length} tenants`,
  );
  note(`second request ${median(warm).toFixed(2)} ms`);

  async function targetOf(slug: string): Promise<DatabaseTarget> {
    const tenant = await directory.bySlug(slug);
    if (!tenant) throw new Error(`There is no tenant ${slug}.`);
    return credentials.credentialsFor(tenant);
  }
}

import type { INestApplicationContext } from '@nestjs/common';
import { systemActor } from '@jala/contracts';
import { DbHostsRepository, ProvisioningService, TenantsService } from '@jala/central/tenants';
import { CentralDatabase, type DatabaseServer, MigrationSet, SchemaDump, withConnection } from '@jala/infra/central-db';
import { TenantDirectory, TenantScope } from '@jala/infra/tenancy';
import { heading, judge, median, note, timed } from './verdicts';

const LIMIT = 2;
const WARM_UP = 2;

/** Everything from the order to a tenant that is ready, against creating the same tables on an open connection, in turns. */
export async function benchProvisioning(program: INestApplicationContext, root: DatabaseServer, rounds: number): Promise<string[]> {
  heading('Setting up a tenant');
  await program.get(DbHostsRepository, { strict: false }).ensureDefault();
  const dump = await new SchemaDump(MigrationSet.of('tenant')).sql(root);
  if (dump === undefined) throw new Error('The tenant schema has more than tables; there is no raw dump to compare with.');
  const raw: number[] = [];
  const whole: number[] = [];
  const slugs: string[] = [];
  await withConnection(
    root,
    async (connection) => {
      for (let round = 0; round < rounds + WARM_UP; round++) {
        const name = `raw_${round}`;
        const slug = `bench-${round}`;
        const ofRaw = await timed(() => connection.query(`CREATE DATABASE ${name}; USE ${name}; ${dump}`));
        const ofWhole = await timed(() => setUp(program, slug));
        await connection.query(`DROP DATABASE ${name}`);
        slugs.push(slug);
        if (round < WARM_UP) continue;
        raw.push(ofRaw);
        whole.push(ofWhole);
      }
    },
    { multipleStatements: true },
  );
  const ratio = median(whole.map((time, index) => time / (raw[index] ?? Number.NaN)));
  judge(
    'whole provisioning against loading the raw dump',
    ratio,
    LIMIT,
    `${median(whole).toFixed(0)} ms against ${median(raw).toFixed(0)} ms, ${rounds} tenants`,
  );
  for (const [name, times] of await stepTimes(program)) note(`${name.padEnd(14)} ${median(times).toFixed(1).padStart(6)} ms`);
  return slugs;
}

async function stepTimes(program: INestApplicationContext): Promise<Map<string, number[]>> {
  const rows = await program
    .get(CentralDatabase, { strict: false })
    .query<{ name: string; ms: string }[]>(
      'SELECT name, TIMESTAMPDIFF(MICROSECOND, started_at, finished_at) / 1000 AS ms FROM provisioning_steps ORDER BY position',
    );
  const times = new Map<string, number[]>();
  for (const { name, ms } of rows) times.set(name, [...(times.get(name) ?? []), Number(ms)]);
  return times;
}

async function setUp(program: INestApplicationContext, slug: string): Promise<void> {
  const actor = systemActor('bench');
  const tenants = program.get(TenantsService, { strict: false });
  const { id } = await tenants.create(actor, {
    slug,
    name: `Bench ${slug}`,
    ownerName: 'Bench',
    ownerEmail: 'owner@example.com',
    timezone: 'Asia/Jakarta',
    currency: 'IDR',
    locale: 'id',
  });
  const context = await program.get(TenantDirectory, { strict: false }).byId(id);
  await TenantScope.run(context, () => program.get(ProvisioningService, { strict: false }).run(id, { lastAttempt: true }));
  const { status, failedReason } = await tenants.get(actor, id);
  if (status !== 'ready') throw new Error(`${slug} is ${status}: ${failedReason ?? ''}`);
}

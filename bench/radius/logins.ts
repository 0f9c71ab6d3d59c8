import { loginBacklog, LoginFiles, LoginLoader, type LoginRecord, LoginRows } from '@jala/radius';
import { heading, judgeFloor, note } from '../tenants/verdicts';
import type { Bench } from './bench';
import { cpuSeconds } from './freeradius';
import { interleave, type Measurement, ratio } from './rounds';
import type { LoadResult } from './load';

const HISTORY_LOGINS = 30_000;
/** The floor against a server without a database, and what one SELECT reached where the floor was set (docs/decisions/0068). */
const LEAST_AGAINST_FILES = 0.2;
const SELECT_AGAINST_FILES = 0.46;

/** Logins: our server for one tenant and for all of them, against a stock one and one without a database. */
export async function benchLogins(bench: Bench): Promise<void> {
  const { options, jala, files, stock, select } = bench;
  heading(`Logins, ${options.window} outstanding, ${options.usersPerTenant} users in each tenant`);
  const ofJala = (): readonly number[] => jala.pids;
  const results = await interleave(
    {
      files: { name: 'users in a file, PAP', pids: () => [files.server.pid], run: () => bench.login(files.authPort) },
      select: { name: 'one SELECT of a password, PAP', pids: () => [select.server.pid], run: () => bench.login(select.authPort) },
      stock: { name: 'stock rlm_sql, PAP', pids: () => [stock.server.pid], run: () => bench.login(stock.authPort) },
      one: { name: 'Jala, 1 tenant, PAP', pids: ofJala, run: () => bench.login(jala.authPort) },
      many: {
        name: `Jala, ${options.tenants} tenants, PAP`,
        pids: ofJala,
        run: () => bench.login(jala.authPort, { tenants: options.tenants }),
      },
      chap: { name: 'Jala, 1 tenant, CHAP', pids: ofJala, run: () => bench.login(jala.authPort, { mode: 'chap' }) },
      mschap: { name: 'Jala, 1 tenant, MS-CHAPv2', pids: ofJala, run: () => bench.login(jala.authPort, { mode: 'mschapv2' }) },
    },
    bench.around,
  );
  judgeFloor('full enforcement, 1 tenant, against stock', ratio(results.one, results.stock), 1.6, 'PAP, aim 2');
  const many = `${options.tenants} tenants`;
  judgeFloor(`full enforcement, ${many}, against stock`, ratio(results.many, results.stock), 1.4, 'PAP, aim 1.8');
  judgeFloor(`${many} against 1 tenant`, ratio(results.many, results.one), 0.8, 'PAP');
  const ofSelect = ratio(results.select, results.files);
  judgeFloor(
    'full enforcement, 1 tenant, against files',
    ratio(results.one, results.files),
    Number((LEAST_AGAINST_FILES * Math.min(ofSelect / SELECT_AGAINST_FILES, 1)).toFixed(3)),
    `PAP; no database at all there. ${LEAST_AGAINST_FILES}x where one SELECT of a password alone is ${SELECT_AGAINST_FILES}x; here it is ${ofSelect.toFixed(2)}x`,
  );
  note(`full enforcement against that one SELECT: ${ratio(results.one, results.select).toFixed(2)}x`);
  judgeFloor('MS-CHAPv2 against PAP', ratio(results.mschap, results.one), 0.8, '1 tenant');
  generatorWasNoLimit(Object.values(results).flat());
  await noteHistory(bench);
}

/** What is done after the answer, by the worker. Here in this process, with nothing else to do. */
async function noteHistory({ jala, load, options, place }: Bench): Promise<void> {
  await jala.forgetSpool();
  const { answers } = await load.run({
    mode: 'pap',
    port: jala.authPort,
    tenants: 1,
    users: options.usersPerTenant,
    window: options.window,
    requests: HISTORY_LOGINS,
  });
  const rows = new LoginRows(place.tenancy.database);
  const loader = new LoginLoader(new LoginFiles(jala.runDir), {
    sinkOf: (database) =>
      Promise.resolve(
        database === place.first.context.db
          ? { server: 'default', add: (records: readonly LoginRecord[]) => place.first.run(() => rows.add(records)) }
          : undefined,
      ),
    countRejects: () => Promise.resolve(),
  });
  const [began, ofLoader, ofDatabase] = [performance.now(), process.cpuUsage(), cpuSeconds(place.databasePid)];
  await loader.load({ untilMs: Number.MAX_SAFE_INTEGER, mayGoOn: () => Promise.resolve(true) });
  const milliseconds = performance.now() - began;
  const { user, system } = process.cpuUsage(ofLoader);
  const each = (micros: number): string => (micros / answers).toFixed(0);
  note(
    `the history of ${answers} logins was stored in ${milliseconds.toFixed(0)} ms: ${each(user + system)} us of the loader ` +
      `and ${each((cpuSeconds(place.databasePid) - ofDatabase) * 1_000_000)} us of the database for each`,
  );
  const left = await loginBacklog(jala.runDir);
  if (left.records > 0) throw new Error(`${left.records} logins are not stored.`);
}

/** Somebody guesses passwords behind another router, as fast as the server lets 256 of them. */
export async function benchStorm(bench: Bench): Promise<void> {
  const { options, jala } = bench;
  const stormed: LoadResult[] = [];
  heading('Good logins while another router sends bad ones');
  const results = await interleave(
    {
      alone: { name: 'good logins alone', pids: () => jala.pids, run: () => bench.login(jala.authPort) },
      storm: { name: 'good logins in the storm', pids: () => jala.pids, run: () => inTheStorm() },
    },
    bench.around,
  );
  const refused = stormed.reduce((sum, { rejected }) => sum + rejected, 0);
  const accepted = stormed.reduce((sum, one) => sum + one.accepted, 0);
  const seconds = stormed.reduce((sum, one) => sum + one.seconds, 0);
  judgeFloor(
    'good logins in the storm against alone',
    ratio(results.storm, results.alone),
    0.9,
    `${(refused / seconds).toFixed(0)} bad logins a second refused, ${accepted} accepted; each reject waits a second (reject_delay)`,
  );
  if (accepted > 0) throw new Error(`${accepted} bad logins were accepted.`);

  async function inTheStorm(): Promise<LoadResult> {
    const [good, bad] = await Promise.all([
      bench.login(jala.authPort),
      bench.load.run({
        mode: 'pap',
        port: jala.authPort,
        network: 2,
        tenants: 1,
        users: options.usersPerTenant,
        window: 256,
        seconds: options.seconds,
        warmUpSeconds: options.warmUpSeconds,
        badPasswords: true,
      }),
    ]);
    stormed.push(bad);
    return good;
  }
}

/** A generator that needs a whole core would be what is measured. */
export function generatorWasNoLimit(measured: readonly Measurement[]): void {
  const most = Math.max(...measured.map(({ cpu }) => cpu));
  note(`load generator: at most ${(most * 100).toFixed(0)} % of one core`);
  if (most > 0.8) throw new Error('The load generator was the limit.');
}

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { AlertsRepository, measureRadius, MonitoringService, SnapshotStore } from '@jala/central/monitoring';
import { CentralDatabase, withConnection } from '@jala/infra/central-db';
import { rootOfTestServer } from '@jala/infra/testing';
import { PROBE_DATABASE, RadiusProbe, readSpool } from '@jala/radius';
import { DatabaseLine } from './support/database-line';
import { WatchedPlatform } from './support/platform-watch';
import { inParallel, type Isp, type Router, Scenario } from './support/scenario';

jest.setTimeout(120_000);

describe('the watch over RADIUS', () => {
  let scenario: Scenario;
  let platform: WatchedPlatform;
  let isp: Isp;
  let router: Router;

  beforeAll(async () => {
    scenario = await Scenario.start();
    platform = await WatchedPlatform.start(scenario, { RADIUS_BACKLOG_ALERT_SECONDS: '30' });
    isp = await scenario.isp();
    router = await isp.router('127.0.5.1');
    await isp.user('budi', { sharedUsers: null });
    await isp.user('habis', { status: 'expired', expiresAt: new Date(Date.now() - 3 * 3_600_000) });
    await platform.get(CentralDatabase).query(
      `INSERT INTO platform_users (name, email, role, locale, active) VALUES ('Ayu', 'ayu@example.net', 'super_admin', 'id', TRUE),
        ('Tom', 'tom@example.net', 'platform_technician', 'en', TRUE), ('Kas', 'kas@example.net', 'platform_cashier', 'en', TRUE),
        ('Old', 'old@example.net', 'platform_technician', 'en', FALSE)`,
    );
    await platform.look();
  });
  afterAll(async () => {
    await platform.stop();
    await scenario.stop();
  });

  it('sees every process answer, and a login of nobody go through the database', async () => {
    const { condition, failing, snapshot } = await platform.look();
    expect([condition, failing]).toEqual(['ok', []]);
    expect(snapshot?.processes.map(({ name, silentSince }) => [name, silentSince])).toEqual([
      ['auth', null],
      ['acct', null],
      ['drain', null],
    ]);
    expect(snapshot?.login).toMatchObject({ answer: 'accept', failingSince: null });
    expect(snapshot?.login?.latencyMs).toBeGreaterThan(0);
    expect(snapshot?.databases).toEqual([{ name: 'default', latencyMs: expect.any(Number) as number }]);
    await scenario.stored();
    const logins = await withConnection(await rootOfTestServer(), async (connection) => {
      const [rows] = await connection.query(`SELECT username, reply, pass FROM ${PROBE_DATABASE}.radpostauth`);
      return rows;
    });
    // Two looks so far; until three logins were accepted it is tried at each.
    const accepted = { username: expect.stringMatching(/^probe-[0-9a-f]{8}$/) as string, reply: 'Access-Accept', pass: '' };
    expect(logins).toEqual([accepted, accepted]);
  });

  it('then tries the login once a minute, and remembers how it went', async () => {
    const first = (await platform.look({ later: 60_000 })).snapshot?.login?.at;
    expect((await platform.look()).snapshot?.login?.at).toBe(first);
    const third = (await platform.look({ later: 60_000 })).snapshot?.login?.at;
    expect(third).not.toBe(first);
    const history = await platform.get(MonitoringService).probeHistory({} as never);
    expect(history.reduce((sum, bucket) => sum + bucket.tries, 0)).toBe(4);
    expect(history.every((bucket) => bucket.failures === 0 && bucket.latencyMs !== null && bucket.latencyMs > 0)).toBe(true);
  });

  it('does not answer who has another secret', async () => {
    const stranger = await WatchedPlatform.start(scenario, { RADIUS_PROBE_SECRET: 'another-secret' });
    try {
      const probe = stranger.get(RadiusProbe);
      expect(await probe.status({ host: '127.0.0.1', port: scenario.server.ports.status })).toBeUndefined();
      expect(await probe.login()).toEqual({ answer: 'silent', latencyMs: null });
    } finally {
      await stranger.stop({ keepPlace: true });
    }
  });

  it('publishes what it saw for Prometheus, with the reasons of rejects and without a tenant', async () => {
    await inParallel(['habis', 'habis', 'nobody'], (name) => router.login(name, 'rahasia'));
    await router.login('budi', 'wrong');
    await router.account('Start', 'metrics-1', { 'User-Name': 'budi' });
    await scenario.stored();
    // FreeRADIUS counts a login when it forgets it (cleanup_delay).
    await sleep(7_000);
    await platform.look({ later: 60_000 });
    const registry = new Registry();
    measureRadius(platform.get(SnapshotStore), platform.get(AlertsRepository), registry);
    // What is shown must be fresh by the clock of the program, which is the real one.
    const text = await registry.metrics();
    const value = (series: string): number => Number(new RegExp(`^${series.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('jala_radius_up{process="auth"}')).toBe(1);
    expect(value('jala_radius_rejects_total{reason="expired"}')).toBe(2);
    expect(value('jala_radius_rejects_total{reason="no such user"}')).toBe(1);
    expect(value('jala_radius_rejects_total{reason="wrong password"}')).toBe(1);
    expect(value('jala_radius_responses_total{process="auth",type="reject"}')).toBe(4);
    expect(value('jala_radius_responses_total{process="acct",type="accounting"}')).toBe(1);
    expect(value('jala_radius_probe_success')).toBe(1);
    expect(value('jala_radius_probe_seconds')).toBeGreaterThan(0);
    expect(value('jala_radius_spool_bytes{kind="accounting"}')).toBe(0);
    expect(value('jala_radius_response_seconds_bucket{process="auth",le="10"}')).toBeGreaterThan(0);
    expect(value('jala_database_host_up{host="default"}')).toBe(1);
    expect(text).not.toContain(isp.tenant.context.db);
  });

  it('raises an alert when accounting waits too long, tells those who watch once, and again when it is over', async () => {
    // The tests before have let minutes pass that the records in the spool know nothing of.
    await scenario.stored();
    platform.clock.set(new Date());
    for (let look = 0; look < 3; look++) await platform.look({ later: 0 });
    expect(await platform.openAlerts()).toEqual([]);
    await scenario.server.kill('drain');
    const lines = 40;
    await inParallel([...Array(lines).keys()], (index) => router.account('Start', `waits-${index}`, { 'User-Name': 'budi' }));

    const young = await platform.look();
    expect(young.snapshot?.spool?.accounting).toMatchObject({ records: lines });
    await platform.look();
    expect(await platform.openAlerts()).toEqual(['radius-process:drain']);
    // The platform's clock goes on; the records stay as old as they are.
    await platform.look({ later: 40_000 });
    const old = await platform.look();
    expect(old.condition).toBe('degraded');
    expect(old.failing).toEqual(expect.arrayContaining(['accounting-backlog', 'radius-process:drain']));
    expect(await platform.openAlerts()).toEqual(expect.arrayContaining(['accounting-backlog:', 'radius-process:drain']));
    await platform.look();
    const told = (await platform.mails()).filter(({ params }) => params['kind'] === 'accounting-backlog');
    expect(told.map(({ to, locale, template }) => [to, locale, template])).toEqual([
      ['ayu@example.net', 'id', 'platform-alert'],
      ['tom@example.net', 'en', 'platform-alert'],
    ]);
    expect(told[0]?.params).toMatchObject({ state: 'raised', bytes: old.snapshot?.spool?.accounting.bytes as number });

    await scenario.server.launch('drain');
    await scenario.stored();
    for (let look = 0; look < 3; look++) await platform.look();
    expect(await platform.openAlerts()).toEqual([]);
    const over = (await platform.mails()).filter(({ params }) => params['kind'] === 'accounting-backlog');
    expect(over.map(({ to, params }) => [to, params['state']])).toEqual([
      ['ayu@example.net', 'raised'],
      ['tom@example.net', 'raised'],
      ['ayu@example.net', 'resolved'],
      ['tom@example.net', 'resolved'],
    ]);
    expect((await platform.look()).failing).not.toContain('accounting-backlog');
    expect(await isp.query("SELECT 1 FROM radacct WHERE acctsessionid LIKE 'waits-%'")).toHaveLength(lines);
  });

  it('raises one for a login that is not answered, and asks again at every look until it is', async () => {
    await scenario.server.kill('auth');
    await platform.look({ later: 60_000 });
    expect(await platform.openAlerts()).toEqual([]);
    const { snapshot } = await platform.look();
    expect(snapshot?.login).toMatchObject({ answer: 'silent', latencyMs: null });
    expect(await platform.openAlerts()).toEqual(['radius-process:auth', 'synthetic-login:']);
    await scenario.server.launch('auth');
    expect((await platform.look()).snapshot?.login?.answer).toBe('accept');
    await platform.look();
    await platform.look();
    expect(await platform.openAlerts()).toEqual([]);
  });

  it('counts only what is not stored yet, also in a large spool that is half done', async () => {
    const folder = join(scenario.server.folder, 'half-done');
    const shard = join(folder, 'spool/accounting/3');
    mkdirSync(shard, { recursive: true });
    const record = (stamp: string, at: number): string =>
      `Sat Nov 21 03:19:44 2026\n\tUser-Name = "u${at}"\n\tClass = "${'x'.repeat(at % 300)}"\n\t${stamp} = ${at}\n\n`;
    const done = Array.from({ length: 5_000 }, (_, index) => record('Donestamp', 1_000 + index)).join('');
    const open = Array.from({ length: 3_000 }, (_, index) => record('Timestamp', 50_000 + index)).join('');
    appendFileSync(join(shard, 'detail.work'), done + open);
    appendFileSync(join(shard, 'detail'), record('Timestamp', 60_000));
    const spool = await readSpool(folder);
    expect(spool?.accounting).toMatchObject({ records: 3_001, oldestAt: 50_000 });
    expect(spool?.accounting.bytes).toBeLessThanOrEqual(open.length + record('Timestamp', 60_000).length + '\n\n'.length);
    expect(spool?.accounting.bytes).toBeGreaterThanOrEqual(open.length);
    expect(await readSpool(join(folder, 'nowhere'))).toBeUndefined();
  });

  it('goes on looking while the central database hangs, and says so', async () => {
    const { port } = await rootOfTestServer();
    const line = new DatabaseLine({ host: '127.0.0.1', port });
    await line.open();
    const hanging = await WatchedPlatform.start(scenario, { CENTRAL_DB_PORT: String(line.port) });
    try {
      expect((await hanging.look()).failing).toEqual([]);
      line.freeze();
      for (let look = 0; look < 2; look++) {
        const began = Date.now();
        await hanging.look().catch(() => undefined);
        expect(Date.now() - began).toBeLessThan(15_000);
      }
      expect((await hanging.get(MonitoringService).condition()).failing).toContain('database-host:default');
      expect(await hanging.get(MonitoringService).view({} as never)).toMatchObject({ centralDatabaseMs: null, outbox: null, alerts: [] });
      const registry = new Registry();
      measureRadius(hanging.get(SnapshotStore), hanging.get(AlertsRepository), registry);
      expect(await registry.metrics()).toContain('jala_database_host_up{host="default"} 0');
      line.thaw();
      await hanging.look().catch(() => undefined);
      expect((await hanging.look()).failing).toEqual([]);
    } finally {
      line.thaw();
      await hanging.stop({ keepPlace: true });
      await line.cut();
    }
  });

  it('stores rejected logins also where they cannot be counted', async () => {
    await withConnection(await rootOfTestServer(), (connection) =>
      connection.query(`RENAME TABLE ${PROBE_DATABASE}.reject_counts TO ${PROBE_DATABASE}.gone`),
    );
    await router.login('uncounted', 'x');
    await scenario.stored();
    await sleep(5_000);
    expect(await isp.query("SELECT reason FROM radpostauth WHERE username = 'uncounted'")).toEqual([{ reason: 'no such user' }]);
    await withConnection(await rootOfTestServer(), (connection) =>
      connection.query(`RENAME TABLE ${PROBE_DATABASE}.gone TO ${PROBE_DATABASE}.reject_counts`),
    );
  });

  it('marks in the spool are FreeRADIUS’s own: what its reader leaves behind is read as done', async () => {
    await scenario.line.cut();
    await router.account('Start', 'marks-1', { 'User-Name': 'budi' });
    await sleep(1_500);
    const waiting = await readSpool(scenario.server.runDir);
    expect(waiting?.accounting.records).toBe(1);
    await scenario.line.open();
    await scenario.stored();
    const empty = await readSpool(scenario.server.runDir);
    expect(empty?.accounting).toEqual({ bytes: 0, records: 0, oldestAt: null });
    expect(readFileSync(join(__dirname, '../raddb/sites-available/drain_accounting.listen'), 'utf8')).toContain('track = yes');
  });
});

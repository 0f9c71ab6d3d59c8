import { Test, type TestingModule } from '@nestjs/testing';
import { FixedClock } from '@jala/kernel';
import { CentralDatabase } from '@jala/infra/central-db';
import { alertWords, Mailer, MailModule } from '@jala/infra/mail';
import { OutboxRelay, QueueModule } from '@jala/infra/queue';
import { createTestCentral, createTestTenancy, type TestCentral, TestInfraModule, type TestTenancy } from '@jala/infra/testing';
import type { Finding } from './alert.rules';
import { ALERT_KINDS } from './alert.types';
import { AlertsRepository } from './alerts.repository';
import { AlertsService } from './alerts.service';
import { ForgetAlerts } from './monitoring.schedules';
import { MonitoringModule } from './monitoring.module';
import { ProbeLoginsRepository } from './probe-logins.repository';

const at = new Date('2026-03-15T03:00:00.000Z');
const later = new Date('2026-03-15T03:10:00.000Z');
const finding: Finding = { kind: 'accounting-backlog', subject: '', state: 'bad', details: { age_s: 300, bytes: 5_000_000, records: 9 } };
const drain: Finding = { kind: 'radius-process', subject: 'drain', state: 'bad', details: { since: at.toISOString() } };

describe('alerts', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let module: TestingModule;
  let alerts: AlertsService;

  const mails = async (): Promise<string[]> => {
    const rows = await module
      .get(CentralDatabase)
      .query<{ who: string; state: string }[]>(
        "SELECT JSON_VALUE(payload, '$.to') AS who, JSON_VALUE(payload, '$.params.state') AS state FROM outbox WHERE job = 'mail.send' ORDER BY id",
      );
    return rows.map(({ who, state }) => `${who} ${state}`);
  };
  const open = async (): Promise<string[]> => (await module.get(AlertsRepository).open()).map(({ kind, subject }) => `${kind}:${subject}`);

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy();
    module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy }), QueueModule, MailModule, MonitoringModule],
    }).compile();
    await module.init();
    alerts = module.get(AlertsService);
    await central.database.query(
      "INSERT INTO platform_users (name, email, role, locale) VALUES ('Ayu', 'ayu@example.net', 'super_admin', 'id'), ('Tia', 'tia@example.net', 'platform_support', 'id')",
    );
  });
  beforeEach(async () => {
    for (const table of ['alerts', 'outbox']) await central.database.query(`DELETE FROM ${table}`);
  });
  afterAll(async () => {
    await module.get(OutboxRelay).idle();
    await module.close();
    await central.drop();
  });

  it('are forgotten a year after they ended; open ones never', async () => {
    const years = (count: number): Date => new Date(Date.UTC(2026 - count, 2, 15));
    const forgetting = new ForgetAlerts(module.get(AlertsRepository), new FixedClock(years(0)));
    const kept = async (): Promise<string[]> =>
      (await central.database.query<{ subject: string }[]>('SELECT subject FROM alerts ORDER BY subject')).map(({ subject }) => subject);
    for (const [subject, raisedAt, resolvedAt] of [
      ['ended long ago', years(5), years(3)],
      ['ended lately', years(5), years(1)],
      ['open', years(5), null],
    ] as const) {
      await central.database.query(
        "INSERT INTO alerts (kind, subject, details, raised_at, resolved_at) VALUES ('radius-process', ?, '{}', ?, ?)",
        [subject, raisedAt, resolvedAt],
      );
    }
    await forgetting.run();
    expect(await kept()).toEqual(['ended lately', 'open']);
  });

  it('are raised once, however many workers see it at once, and told once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => alerts.apply({ raise: [finding, drain], resolve: [] }, at)));
    expect((await open()).sort()).toEqual(['accounting-backlog:', 'radius-process:drain']);
    expect(await mails()).toEqual(['ayu@example.net raised', 'ayu@example.net raised']);
  });

  it('are resolved once, and may be raised anew', async () => {
    await alerts.apply({ raise: [finding], resolve: [] }, at);
    await Promise.all(Array.from({ length: 8 }, () => alerts.apply({ raise: [], resolve: [{ ...finding, state: 'good' }] }, later)));
    expect(await open()).toEqual([]);
    expect(await mails()).toEqual(['ayu@example.net raised', 'ayu@example.net resolved']);
    await alerts.apply({ raise: [finding], resolve: [] }, later);
    const { rows, total } = await module.get(AlertsRepository).list({ page: 1, perPage: 10, order: 'asc' });
    expect(total).toBe(2);
    expect(rows.map(({ raisedAt, resolvedAt, details }) => [raisedAt, resolvedAt, details['bytes']])).toEqual([
      [later, null, 5_000_000],
      [at, later, 5_000_000],
    ]);
  });

  it('are not raised when nobody can be told: the next look tries again', async () => {
    const enqueue = jest.spyOn(module.get(Mailer), 'enqueue').mockRejectedValueOnce(new Error('no room'));
    await expect(alerts.apply({ raise: [finding], resolve: [] }, at)).rejects.toThrow('no room');
    expect(await open()).toEqual([]);
    enqueue.mockRestore();
    await alerts.apply({ raise: [finding], resolve: [] }, at);
    expect(await open()).toEqual(['accounting-backlog:']);
  });

  it('of every kind have words in both languages', () => {
    for (const locale of ['en', 'id'] as const)
      for (const kind of ALERT_KINDS) {
        const words = alertWords(locale, { kind, subject: 'drain', age_s: 300, bytes: 5_000_000 });
        expect(words.what).not.toContain(kind);
        expect(words.todo.length).toBeGreaterThan(20);
        expect(words.numbers).toMatch(locale === 'en' ? /300 s ago; 5\.0 MB/ : /300 detik lalu; 5,0 MB/);
      }
  });
});

describe('the history of the synthetic login', () => {
  it('counts tries and failures by ten minutes, and forgets after a week', async () => {
    const central = await createTestCentral();
    try {
      const history = new ProbeLoginsRepository(central.database);
      const minute = (n: number): Date => new Date(at.getTime() + n * 60_000);
      await history.add({ at: minute(-8 * 1_440), answer: 'accept', latencyMs: 1, backlogBytes: 0, backlogAgeSeconds: 0 });
      for (const [n, latencyMs] of [10, 20.5, null, 30].entries())
        await history.add({
          at: minute(n),
          answer: latencyMs === null ? 'silent' : 'accept',
          latencyMs,
          backlogBytes: 9,
          backlogAgeSeconds: n,
        });
      await history.add({ at: minute(10), answer: 'reject', latencyMs: 5, backlogBytes: null, backlogAgeSeconds: null });
      expect(await history.history(minute(-10), 10)).toEqual([
        { at, tries: 4, failures: 1, latencyMs: 20.2, worstLatencyMs: 30, backlogAgeSeconds: 3 },
        { at: minute(10), tries: 1, failures: 1, latencyMs: 5, worstLatencyMs: 5, backlogAgeSeconds: null },
      ]);
      expect(await history.history(new Date(0), 10)).toHaveLength(2);
    } finally {
      await central.drop();
    }
  });
});

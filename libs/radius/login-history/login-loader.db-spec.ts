import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from '@jala/infra/central-db';
import { TenantScope } from '@jala/infra/tenancy';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { radiusEntities } from '../stock.entities';
import { LineFile } from './line-file';
import { loginBacklog, LoginFiles } from './login-files';
import type { LoginRecord } from './login-line';
import { LoginLoader } from './login-loader';
import { LoginRows } from './login-rows.repository';
import { type LoginSink, LoginStore } from './login-store';

const hex = (text: string): string => Buffer.from(text).toString('hex');
const STARTED = 1_795_000_000;

const line = (database: string, name: string, reason = ''): string =>
  [
    STARTED,
    database,
    7,
    reason ? 'Access-Reject' : 'Access-Accept',
    0,
    1,
    '203.0.113.7',
    hex(name),
    hex('AA'),
    hex('hs1'),
    hex(reason),
  ].join(' ');

/** Counts what goes through it, and fails when it is told to. */
class Store extends LoginStore {
  readonly statements: { database: string; names: string[] }[] = [];
  readonly away = new Set<string>();
  readonly rejects = new Map<string, number>();
  /** Where they are, for those that are not on the default one. */
  readonly servers = new Map<string, string>();
  unknownAll = false;
  atOnce = 0;
  mostAtOnce = 0;
  beforeInsert?: (database: string, records: readonly LoginRecord[]) => Promise<void> | void;

  constructor(private readonly tenancy: TestTenancy) {
    super();
  }

  async sinkOf(database: string): Promise<LoginSink | undefined> {
    if (this.unknownAll) throw new Error('the central database is away');
    const tenant = await this.tenancy.tenants.byDatabase(database);
    if (!tenant) return undefined;
    const add: LoginSink['add'] = (records) =>
      TenantScope.run(tenant, async () => {
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
        try {
          if (this.away.has(database)) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
          await this.beforeInsert?.(database, records);
          await new LoginRows(this.tenancy.database).add(records);
          this.statements.push({ database, names: records.map(({ username }) => username) });
        } finally {
          this.atOnce--;
        }
      });
    return { server: this.servers.get(database) ?? 'default', add };
  }

  async countRejects(counts: ReadonlyMap<string, number>): Promise<void> {
    if (this.unknownAll) throw new Error('the central database is away');
    for (const [word, count] of counts) this.rejects.set(word, (this.rejects.get(word) ?? 0) + count);
    return Promise.resolve();
  }
}

describe('the loader of the login history', () => {
  let tenancy: TestTenancy;
  let one: TestTenant;
  let two: TestTenant;
  let runDir: string;
  let folder: string;
  let store: Store;
  let now: number;
  let loader: LoginLoader;

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: radiusEntities });
    one = await tenancy.create();
    two = await tenancy.create();
  });
  afterAll(() => tenancy.drop());

  beforeEach(async () => {
    runDir = mkdtempSync(join(tmpdir(), 'jala-logins-'));
    folder = join(runDir, 'spool', 'logins');
    mkdirSync(folder, { recursive: true });
    now = STARTED * 1_000 + 10_000;
    store = new Store(tenancy);
    loader = another();
    for (const tenant of [one, two]) await tenant.run(() => tenancy.database.query('DELETE FROM radpostauth'));
  });
  afterEach(() => rmSync(runDir, { recursive: true, force: true }));

  const another = (): LoginLoader => new LoginLoader(new LoginFiles(runDir), store, () => now);
  const load = (by = loader, mayGoOn = (): Promise<boolean> => Promise.resolve(true)): Promise<void> =>
    by.load({ untilMs: Number.MAX_SAFE_INTEGER, mayGoOn });
  const written = (...lines: string[]): void => appendFileSync(join(folder, 'history'), lines.map((text) => `${text}\n`).join(''));
  const names = async (tenant: TestTenant): Promise<string[]> =>
    (await tenant.run(() => tenancy.database.query<{ username: string }[]>('SELECT username FROM radpostauth ORDER BY id'))).map(
      ({ username }) => username,
    );
  const files = (sub = ''): string[] =>
    readdirSync(join(folder, sub))
      .filter((name) => name !== 'waiting')
      .sort();
  const dead = (): string => {
    const place = join(runDir, 'spool', 'dead');
    return existsSync(place)
      ? readdirSync(place)
          .map((name) => readFileSync(join(place, name), 'latin1'))
          .join('')
      : '';
  };
  const series = (database: string, count: number, from = 0): string[] =>
    Array.from({ length: count }, (_, index) => line(database, `u${from + index}`));

  it('stores each line in the history of its tenant, and counts rejects by their words', async () => {
    written(
      line(one.context.db, 'budi'),
      line(two.context.db, 'siti', 'expired 3 h ago'),
      line(one.context.db, "o'neil\n\\", 'expired just now'),
      line(one.context.db, 'x'.repeat(253), 'r'.repeat(253)),
    );
    await load();
    const rows = await one.run(() => tenancy.database.query<Record<string, unknown>[]>('SELECT * FROM radpostauth ORDER BY id'));
    expect(rows).toMatchObject([
      {
        username: 'budi',
        pass: '',
        reply: 'Access-Accept',
        authdate: new Date(STARTED * 1_000),
        reason: '',
        nasipaddress: '203.0.113.7',
        router_id: 7,
        callingstationid: 'AA',
        calledstationid: 'hs1',
        message_authenticator: 1,
      },
      { username: "o'neil\n\\", reply: 'Access-Reject', reason: 'expired just now' },
      { username: 'x'.repeat(64), reason: 'r'.repeat(128) },
    ]);
    expect(await names(two)).toEqual(['siti']);
    expect(Object.fromEntries(store.rejects)).toEqual({ expired: 2, other: 1 });
    expect(dead()).toBe('');
  });

  it('writes at most 500 rows in a statement and to at most four tenants at once', async () => {
    written(...series(one.context.db, 1_203), ...series(two.context.db, 3));
    await load();
    expect(store.statements.map(({ database, names: stored }) => [database === one.context.db, stored.length])).toEqual(
      expect.arrayContaining([
        [true, 500],
        [true, 500],
        [true, 203],
        [false, 3],
      ]),
    );
    expect(store.statements).toHaveLength(4);
    expect(store.mostAtOnce).toBeLessThanOrEqual(4);
    expect(await names(one)).toEqual(series(one.context.db, 1_203).map((_, index) => `u${index}`));
  });

  it('takes what a writer adds to a file that was taken away, and deletes it after that', async () => {
    written(line(one.context.db, 'a'));
    await load();
    const [taken] = files().filter((name) => name.startsWith('taken-') && !name.endsWith('.done'));
    // FreeRADIUS had looked for its file just before that, and writes half of its line now.
    const late = `${line(one.context.db, 'late')}\n`;
    appendFileSync(join(folder, taken!), late.slice(0, 30));
    await load();
    expect(await names(one)).toEqual(['a']);
    appendFileSync(join(folder, taken!), late.slice(30));
    now += 3_000;
    await load();
    expect(await names(one)).toEqual(['a', 'late']);
    expect(files()).toEqual([]);
    await load();
    expect(await names(one)).toEqual(['a', 'late']);
  });

  it('keeps the lines of a tenant whose database is away, in order, and holds up nobody else', async () => {
    store.away.add(one.context.db);
    written(line(one.context.db, 'a1'), line(two.context.db, 'b1'), line(one.context.db, 'a2'));
    await load();
    written(line(one.context.db, 'a3'), line(two.context.db, 'b2'));
    await load();
    now += 6_000;
    await load();
    expect([await names(one), await names(two)]).toEqual([[], ['b1', 'b2']]);
    expect(await loginBacklog(runDir)).toMatchObject({ records: 3, oldestAt: STARTED });
    store.away.clear();
    // It is left alone for a while after the last failure.
    await load();
    expect(await names(one)).toEqual([]);
    now += 6_000;
    await load();
    expect(await names(one)).toEqual(['a1', 'a2', 'a3']);
    expect(files('waiting')).toEqual([]);
    expect(await loginBacklog(runDir)).toEqual({ bytes: 0, records: 0, oldestAt: null });
  });

  describe('when a database does not answer', () => {
    const hangs = (...databases: string[]): (() => void) => {
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      store.beforeInsert = (database) => (databases.includes(database) ? answered : undefined);
      return answer;
    };
    const patient = (): LoginLoader => new LoginLoader(new LoginFiles(runDir), store, () => now, 200);

    it('goes on with the other tenants, and asks it nothing more until it has answered', async () => {
      const by = patient();
      const answer = hangs(one.context.db);
      for (let round = 0; round < 3; round++) {
        written(line(one.context.db, `a${round}`), line(two.context.db, `b${round}`, 'suspended'));
        await load(by);
        now += 60_000;
      }
      expect(await names(two)).toEqual(['b0', 'b1', 'b2']);
      expect(store.rejects.get('suspended')).toBe(3);
      expect(store.atOnce).toBe(1);
      answer();
      while (store.atOnce > 0) await sleep(5);
      await load(by);
      // Whether the statement that was given up would be stored could not be known.
      expect(await names(one)).toEqual(['a0', 'a0', 'a1', 'a2']);
      expect(files('waiting')).toEqual([]);
    });

    it('leaves the server alone with all its tenants, and no other', async () => {
      const rest = await Promise.all([1, 2, 3].map(() => tenancy.create()));
      const by = patient();
      const away = [one, ...rest].map(({ context }) => context.db);
      for (const database of away) store.servers.set(database, 'far');
      const answer = hangs(...away);
      written(...away.map((database) => line(database, 'a')), line(two.context.db, 'b1'));
      await load(by);
      now += 1_000;
      const late = await tenancy.create();
      store.servers.set(late.context.db, 'far');
      written(line(late.context.db, 'c'), line(two.context.db, 'b2'));
      await load(by);
      expect([await names(two), await names(late)]).toEqual([['b1', 'b2'], []]);
      answer();
      while (store.atOnce > 0) await sleep(5);
      now += 60_000;
      await load(by);
      expect(await names(late)).toEqual(['c']);
    });

    it('waits for four of the many tenants of a server, and not for each', async () => {
      const rest = await Promise.all(Array.from({ length: 12 }, () => tenancy.create({ migrate: false })));
      const by = patient();
      for (const { context } of rest) store.servers.set(context.db, 'far');
      let asked = 0;
      store.beforeInsert = async (database) => {
        if (store.servers.get(database) !== 'far') return;
        asked++;
        await new Promise(() => undefined);
      };
      for (let round = 0; round < 2; round++) {
        written(...rest.map(({ context }) => line(context.db, 'a')), line(two.context.db, `b${round}`));
        await load(by);
        now += 500;
      }
      expect(asked).toBeLessThanOrEqual(4);
      expect(await names(two)).toEqual(['b0', 'b1']);
    });
  });

  it('keeps everything while nobody can tell whose it is', async () => {
    store.unknownAll = true;
    written(line(one.context.db, 'a', 'suspended'), line('t_gone', 'b'));
    await expect(load()).rejects.toThrow('away');
    await expect(load()).rejects.toThrow('away');
    expect(await loginBacklog(runDir)).toMatchObject({ records: 2 });
    store.unknownAll = false;
    await load();
    expect(await names(one)).toEqual(['a']);
    expect(store.rejects.get('suspended')).toBe(1);
  });

  it('puts aside what belongs to no tenant and what is no line, and nothing else', async () => {
    const strangers = [
      line('t_gone', 'a'),
      line('mysql', 'b'),
      line(`${one.context.db}.radpostauth`, 'c'),
      'garbage',
      `${line(one.context.db, 'd')} x`,
    ];
    written(strangers[0]!, line(one.context.db, 'good'), ...strangers.slice(1));
    await load();
    expect(await names(one)).toEqual(['good']);
    expect(await names(two)).toEqual([]);
    expect(dead().trimEnd().split('\n').sort()).toEqual([...strangers].sort());
  });

  it('puts aside the one line that the database refuses', async () => {
    const alter = async (what: string): Promise<unknown> =>
      withConnection(await rootOfTestServer(), (connection) => connection.query(`ALTER TABLE ${one.context.db}.radpostauth ${what}`));
    await alter("ADD CONSTRAINT spec_refuses CHECK (username <> 'bad')");
    try {
      written(...series(one.context.db, 20), line(one.context.db, 'bad'), ...series(one.context.db, 20, 20));
      await load();
      expect(await names(one)).toHaveLength(40);
      expect(dead()).toBe(`${line(one.context.db, 'bad')}\n`);
    } finally {
      await alter('DROP CONSTRAINT spec_refuses');
    }
  });

  it('puts aside the lines of a tenant whose tables are gone', async () => {
    const gone = await tenancy.create({ migrate: false });
    written(...series(gone.context.db, 3));
    await load();
    expect(dead().trimEnd().split('\n')).toHaveLength(3);
  });

  it('goes on where one was that was killed: only the statement under way is repeated', async () => {
    written(...series(one.context.db, 1_200));
    let statements = 0;
    // The third statement is stored and its end is never heard of.
    const killed = new Promise<void>((resolve) => {
      store.beforeInsert = async (_database, records) => {
        if (++statements < 3) return;
        await new LoginRows(tenancy.database).add(records);
        resolve();
        await new Promise(() => undefined);
      };
    });
    void load().catch(() => undefined);
    await killed;
    store.beforeInsert = undefined;
    await load(another());
    const stored = await names(one);
    expect(stored).toHaveLength(1_200 + 200);
    expect(new Set(stored).size).toBe(1_200);
    expect(stored.slice(1_000, 1_200)).toEqual(stored.slice(1_200));
  });

  it('does not store again what it could not note, as when the disk is full, and notes it then', async () => {
    written(...series(one.context.db, 700), ...series(two.context.db, 3));
    // In the way of the notes, whatever the account that runs this may do.
    store.beforeInsert = () => {
      const [taken] = readdirSync(folder).filter((name) => /^taken-[^.]+$/.test(name));
      mkdirSync(join(folder, `${taken}.done`), { recursive: true });
    };
    await expect(load()).rejects.toThrow();
    store.beforeInsert = undefined;
    await expect(load()).rejects.toThrow();
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.done'))) rmSync(join(folder, name), { recursive: true });
    await load();
    await load(another());
    expect([(await names(one)).length, (await names(two)).length]).toEqual([700, 3]);
  });

  it('ends between two chunks when it is no longer the one that loads', async () => {
    written(...series(one.context.db, 10));
    await load(loader, () => Promise.resolve(false));
    expect(await names(one)).toEqual([]);
    await load();
    expect(await names(one)).toHaveLength(10);
  });

  it('ends between two batches as well, and its successor stores the rest once', async () => {
    written(...series(one.context.db, 1_200));
    const holds = [true, true];
    await load(loader, () => Promise.resolve(holds.shift() ?? false));
    expect(await names(one)).toHaveLength(500);
    await load(another());
    expect(await names(one)).toEqual(series(one.context.db, 1_200).map((_, index) => `u${index}`));
  });

  it('believes notes about no other file than its own', async () => {
    writeFileSync(join(folder, 'taken-1795000000000-00000000.done'), '@ 100000;\n');
    written(line(one.context.db, 'a'));
    await load();
    expect(await names(one)).toEqual(['a']);
  });

  it('does not keep the notes of what a later one has overtaken', async () => {
    const file = new LineFile(join(folder, 'taken-1795000000000-00000000'));
    for (let chunk = 1; chunk <= 10; chunk++) {
      await Promise.all(Array.from({ length: 2_000 }, (_, index) => file.noteLines(`t_tenant_number_${index}`, 7)));
      await file.notePosition(chunk * 1_000);
    }
    await file.noteLines('t_x', 5);
    expect(await new LineFile(file.path).progress()).toEqual({ position: 10_000, done: new Map([['t_x', 5]]) });
    expect(statSync(`${file.path}.done`).size).toBeLessThan(400_000);
    expect(files()).toEqual(['taken-1795000000000-00000000.done']);
  });

  it('stores a backlog of 20,000 lines of two tenants without holding the event loop', async () => {
    written(...Array.from({ length: 10_000 }, (_, index) => [line(one.context.db, `a${index}`), line(two.context.db, `b${index}`)]).flat());
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const began = performance.now();
    await load();
    clearInterval(timer);
    const counts = await Promise.all([one, two].map(async (tenant) => (await names(tenant)).length));
    expect(counts).toEqual([10_000, 10_000]);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(longest).toBeLessThan(1_000);
  });

  it('names its spool once, whoever asks, and says so when the name was lost', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => new LoginFiles(runDir).identity()));
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(ids).size).toBe(1);
    expect(files()).toEqual(['spool-id']);
    // As a power cut or a full disk may leave it. Without a name nobody would load anything, and nobody would know why.
    writeFileSync(join(folder, 'spool-id'), '');
    await expect(new LoginFiles(runDir).identity()).rejects.toThrow('spool-id');
  });

  it('has nothing to do where FreeRADIUS has never run', async () => {
    rmSync(join(runDir, 'spool'), { recursive: true });
    await load();
    expect(await new LoginFiles(runDir).identity()).toBeUndefined();
    expect(await loginBacklog(runDir)).toEqual({ bytes: 0, records: 0, oldestAt: null });
  });
});

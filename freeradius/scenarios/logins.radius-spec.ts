import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RadiusUser } from '@jala/radius';
import type { AttributeValue, RadiusReply } from './support/radclient';
import { inParallel, type Isp, type Method, type Router, Scenario } from './support/scenario';

/** A row of an operator's own: table, then attribute, operator, value and, for groups, the group. `$…` is made unique. */
type OperatorRow = readonly string[];

interface LoginCase {
  readonly name: string;
  readonly methods?: readonly Method[];
  /** Null: not in raduser. */
  readonly user?: Partial<RadiusUser> | null;
  readonly username?: string;
  /** As radclient reads it between double quotes. */
  readonly rawUsername?: string;
  readonly expiresIn?: number;
  readonly used?: number;
  /** Columns of the enforcement row as they have become; `=` before an expression. */
  readonly columns?: Readonly<Record<string, string | number>>;
  readonly ownGroup?: boolean;
  readonly rows?: readonly OperatorRow[];
  readonly remove?: readonly string[];
  readonly set?: { readonly table: string; readonly value: string };
  readonly sessions?: readonly { readonly mac: string; readonly age: number }[];
  /** The password that is sent; the right one when left out. */
  readonly send?: string;
  readonly sendUsername?: boolean;
  readonly upperCase?: boolean;
  /** The name and the password without colons, in small letters. */
  readonly plainMac?: boolean;
  readonly trailingBlank?: boolean;
  readonly nul?: boolean;
  readonly mac?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  readonly expect: RadiusReply['answer'];
  readonly reply?: Readonly<Record<string, string | null>>;
  readonly between?: Readonly<Record<string, readonly [number, number]>>;
  readonly reason?: string;
}

const FILES = ['passwords', 'enforcement', 'limits', 'devices', 'operator-rows', 'hostile'] as const;

const load = (file: string): LoginCase[] => JSON.parse(readFileSync(join(__dirname, 'cases', `${file}.json`), 'utf8')) as LoginCase[];

const cases = FILES.flatMap((file) =>
  load(file).flatMap((entry) =>
    (entry.methods ?? ['pap']).map((method) => ({ file, method, entry, title: `${file}: ${entry.name} (${method})` })),
  ),
).map((one, index) => ({
  ...one,
  index,
  username: one.entry.username === '$mac' ? macOf(index) : (one.entry.username ?? `user-${index}`),
}));

function macOf(index: number): string {
  return `AC:DE:48:00:${[index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')}`;
}

type Case = (typeof cases)[number];

describe('a login', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;
  let replies: RadiusReply[];
  const reasons = new Map<string, string>();

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.1.1');
    for (const one of cases) await arrange(isp, one);
    replies = await inParallel(cases, async (one) => {
      // Now and not earlier: the seconds count.
      const { expiresIn } = one.entry;
      if (expiresIn !== undefined)
        await isp.query('UPDATE raduser SET expires_at = UTC_TIMESTAMP() + INTERVAL ? SECOND WHERE username = ?', [
          expiresIn,
          one.username,
        ]);
      return send(router, one);
    });
    await scenario.stored();
    const rows = await isp.query<{ username: string; calledstationid: string; reason: string }>(
      'SELECT calledstationid, reason FROM radpostauth',
    );
    for (const row of rows) reasons.set(row.calledstationid, row.reason);
  }, 120_000);
  afterAll(() => scenario.stop());

  it.each(cases)('$title', ({ index, entry }) => {
    const { answer, attributes } = replies[index]!;
    expect({ answer, ...attributes }).toMatchObject({ answer: entry.expect });
    expect(attributes['Message-Authenticator']).toBeDefined();
    for (const [name, value] of Object.entries(entry.reply ?? {})) {
      expect({ [name]: attributes[name] ?? null }).toEqual({ [name]: value });
    }
    for (const [name, [least, most]] of Object.entries(entry.between ?? {})) {
      expect(Number(attributes[name])).toBeGreaterThanOrEqual(least);
      expect(Number(attributes[name])).toBeLessThanOrEqual(most);
    }
    expect(reasons.get(`case-${index}`)).toEqual(entry.reason ?? (entry.expect === 'accept' ? '' : expect.stringMatching(/./)));
  });

  it('is remembered without anything a password could be recovered from', async () => {
    const rows = await isp.query<Record<string, unknown>>('SELECT * FROM radpostauth');
    expect(rows.length).toBeGreaterThanOrEqual(cases.length);
    expect(new Set(rows.map((row) => row.pass))).toEqual(new Set(['']));
    const everything = JSON.stringify(rows) + scenario.server.log('auth') + scenario.server.log('drain');
    for (const secret of ['rahasia', 'it\'s "so"', 'RAHASIA']) expect(everything).not.toContain(secret);
  });

  it('gets a Class of its own every time', async () => {
    await isp.user('classy', { sharedUsers: null });
    const classes = await inParallel(Array.from({ length: 20 }), async () => (await router.login('classy', 'rahasia')).attributes.Class);
    expect(new Set(classes).size).toBe(20);
  });
});

async function arrange(isp: Isp, { entry, username, index }: Case): Promise<void> {
  const own = (name: string) => (name.startsWith('$') ? `${name.slice(1)}_${index}` : name);
  if (entry.user !== null) {
    const password = entry.user?.password === '$username' ? username : (entry.user?.password ?? 'rahasia');
    await isp.user(username, { ...entry.user, password, group: entry.ownGroup ? own('$own') : 'plan_1' });
  }
  if (entry.used !== undefined) await isp.query('UPDATE raduser SET used_bytes = ? WHERE username = ?', [entry.used, username]);
  for (const [column, value] of Object.entries(entry.columns ?? {})) {
    const expression = typeof value === 'string' && value.startsWith('=');
    await isp.query(`UPDATE raduser SET ${column} = ${expression ? value.slice(1) : '?'} WHERE username = ?`, [
      ...(expression ? [] : [value]),
      username,
    ]);
  }
  for (const table of entry.remove ?? []) await isp.query(`DELETE FROM ${table} WHERE username = ?`, [username]);
  if (entry.set) await isp.query(`UPDATE ${entry.set.table} SET value = ? WHERE username = ?`, [entry.set.value, username]);
  for (const session of entry.sessions ?? []) {
    await isp.query(
      `INSERT INTO radacct (acctuniqueid, username, callingstationid, acctstarttime, acctupdatetime)
       VALUES (?, ?, ?, UTC_TIMESTAMP() - INTERVAL 1 HOUR, UTC_TIMESTAMP() - INTERVAL ? SECOND)`,
      [`${index}-${session.mac}`, username, session.mac, session.age],
    );
  }
  for (const [table, first, op, value, group, managed] of entry.rows ?? []) {
    if (table === 'radusergroup') await isp.query('INSERT INTO radusergroup (username, groupname) VALUES (?, ?)', [username, own(first!)]);
    else {
      const owner = table!.startsWith('radgroup') ? ['groupname', own(group ?? '$own')] : ['username', username];
      await isp.query(`INSERT INTO ${table} (${owner[0]}, attribute, op, value, jala_managed) VALUES (?, ?, ?, ?, ?)`, [
        owner[1],
        first,
        op,
        value,
        managed === 'managed' ? 1 : 0,
      ]);
    }
  }
}

function send(router: Router, { entry, username, method, index }: Case): Promise<RadiusReply> {
  const sentName = entry.upperCase ? username.toUpperCase() : `${username}${entry.trailingBlank ? ' ' : ''}${entry.nul ? '\u0000x' : ''}`;
  const plain = entry.plainMac ? username.replaceAll(':', '').toLowerCase() : undefined;
  const password = entry.sendUsername ? (plain ?? username) : (entry.send ?? entry.user?.password ?? 'rahasia');
  const attributes: Record<string, AttributeValue> = { 'Called-Station-Id': `case-${index}` };
  if (entry.rawUsername !== undefined) attributes['User-Name'] = { raw: `"${entry.rawUsername}"` };
  if (entry.mac !== undefined) attributes['Calling-Station-Id'] = entry.mac === '$username' ? username : entry.mac;
  for (const [name, value] of Object.entries(entry.attributes ?? {}))
    attributes[name] = /^[\d.]+$|^[A-Z][a-z]+$/.test(value) ? { raw: value } : value;
  return router.login(plain ?? sentName, password, { method, attributes, without: entry.without, timeout: 8 });
}

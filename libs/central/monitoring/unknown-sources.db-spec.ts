import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemActor } from '@jala/contracts';
import { createTestCentral, type TestCentral } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { UnknownSourceFiles } from '@jala/radius';
import { UnknownSourcesRepository } from './unknown-sources.repository';
import { UnknownSourcesService, type UnknownSourceView } from './unknown-sources.service';

const DAY_MS = 86_400_000;

describe('unknown sources', () => {
  let central: TestCentral;
  let folder: string;
  let sources: UnknownSourcesService;
  const clock = new FixedClock(new Date('2026-05-10T12:00:00.000Z'));
  const actor = systemActor('spec');

  const query = (sql: string, params?: unknown[]): Promise<unknown> => central.database.query(sql, params);
  const note = (port: 'auth' | 'acct', ...lines: string[]): void =>
    writeFileSync(join(folder, 'unknown-sources', port), lines.map((line) => `${line}\n`).join(''));
  const at = (text: string): number => Date.parse(`2026-05-10T${text}.000Z`) / 1_000;
  const list = async (request: object = {}): Promise<readonly UnknownSourceView[]> =>
    (await sources.list(actor, { page: 1, perPage: 25, order: 'asc', ...request })).rows;
  const router = (id: number, tenantId: number, address: string, change: { enabled?: boolean; publishedAt?: string | null } = {}) =>
    query(
      "INSERT INTO router_registry (id, tenant_id, router_id, name, address, secret_enc, enabled, published_at) VALUES (?, ?, 1, ?, ?, 'x', ?, ?)",
      [id, tenantId, `Tower ${id}`, address, change.enabled ?? true, change.publishedAt === undefined ? '2026-05-01' : change.publishedAt],
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jala-unknown-'));
    mkdirSync(join(folder, 'unknown-sources'));
    central = await createTestCentral({
      overrides: { RADIUS_CONTROL_SOCKETS: ['auth', 'acct', 'drain'].map((name) => join(folder, `${name}.sock`)).join(',') },
    });
    sources = new UnknownSourcesService(new UnknownSourceFiles(central.config), new UnknownSourcesRepository(central.database), clock);
    await query("INSERT INTO db_hosts (name, host, admin_user, admin_password_enc) VALUES ('default', 'localhost', 'x', 'x')");
    for (const id of [1, 2]) {
      await query(
        "INSERT INTO tenants (id, slug, name, status, db_name, owner_name, owner_email) VALUES (?, ?, ?, 'ready', ?, 'O', 'o@example.com')",
        [id, `isp${id}`, `ISP ${id}`, `t_isp${id}`],
      );
    }
  });
  afterAll(async () => {
    await central.drop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await query('DELETE FROM unknown_sources');
    await query('DELETE FROM router_registry');
  });

  it('adds up what both ports noted, by address', async () => {
    note('auth', `${at('11:00:00')} 203.0.113.7 1`, `${at('11:00:03')} 203.0.113.7 9`, `${at('11:00:01')} 2001:db8::1 1`);
    note('acct', `${at('10:59:00')} 203.0.113.7 1`);
    await sources.collect();
    note('acct', `${at('11:30:00')} 203.0.113.7 1`);
    await sources.collect();
    expect(await list()).toEqual([
      {
        address: '203.0.113.7',
        authPackets: 10,
        acctPackets: 2,
        firstSeenAt: new Date('2026-05-10T10:59:00Z'),
        lastSeenAt: new Date('2026-05-10T11:30:00Z'),
        likely: [],
      },
      expect.objectContaining({ address: '2001:db8::1', authPackets: 1, acctPackets: 0 }),
    ]);
    expect(readdirSync(join(folder, 'unknown-sources'))).toEqual([]);
  });

  it('takes nothing that is not a line of its own', async () => {
    note(
      'auth',
      `${at('11:00:00')} <script> 1`,
      `${at('11:00:00')} 203.0.113.256 1`,
      `${at('11:00:00')} 203.0.113.7 1; DROP`,
      `${at('11:00:00')} 203.0.113.7`,
      '\0\xff',
      `${at('11:00:00')} ::ffff:203.0.113.9 1`,
    );
    await sources.collect();
    expect((await list()).map(({ address }) => address)).toEqual(['203.0.113.9']);
  });

  it('never has more than a thousand, and of those that came once only', async () => {
    const flood = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, n) => `${at('11:30:00')} 198.51.${(from + n) >> 8}.${(from + n) & 255} 1`);
    for (const minute of ['10', '11']) {
      note('auth', `${at(`10:${minute}:00`)} 203.0.113.7 1`);
      await sources.collect();
    }
    note('auth', ...flood(0, 900));
    await sources.collect();
    note('auth', ...flood(900, 900));
    await sources.collect();
    const { total, rows } = await sources.list(actor, { page: 1, perPage: 1, order: 'desc', sort: 'packets' });
    expect(total).toBe(1_000);
    expect(rows).toMatchObject([{ address: '203.0.113.7', authPackets: 2 }]);
    // A file of any size is read up to 2,000 addresses.
    note('auth', ...flood(0, 60_000));
    await sources.collect();
    expect((await sources.list(actor, { page: 1, perPage: 1, order: 'asc' })).total).toBe(1_000);
    expect(readdirSync(join(folder, 'unknown-sources'))).toEqual([]);
  });

  it('forgets after a week', async () => {
    note('auth', `${clock.now().getTime() / 1_000 - 8 * (DAY_MS / 1_000)} 203.0.113.7 1`, `${at('11:00:00')} 203.0.113.8 1`);
    await sources.collect();
    expect((await list()).map(({ address }) => address)).toEqual(['203.0.113.8']);
  });

  it('says which router may be meant, the likeliest first', async () => {
    await router(1, 1, '203.0.113.71');
    await router(2, 2, '203.0.113.90');
    await router(3, 2, '198.51.100.4');
    await router(4, 1, '2001:db8::b');
    note('auth', `${at('11:00:00')} 203.0.113.17 1`, `${at('11:00:01')} 2001:db8::2:b 1`, `${at('11:00:02')} 192.0.2.1 1`);
    await sources.collect();
    const likely = Object.fromEntries((await list()).map((row) => [row.address, row.likely]));
    expect(likely['203.0.113.17']).toMatchObject([
      { id: 1, likeness: 'one_slip', address: '203.0.113.71', tenantName: 'ISP 1' },
      { id: 2, likeness: 'same_network', tenantSlug: 'isp2' },
    ]);
    expect(likely['2001:db8::2:b']).toMatchObject([{ id: 4, likeness: 'same_network' }]);
    expect(likely['192.0.2.1']).toEqual([]);
  });

  it('leaves out an address that has its router by now, and names one that is out of service', async () => {
    note('auth', `${at('11:00:00')} 203.0.113.7 1`, `${at('11:00:00')} 203.0.113.8 1`, `${at('11:00:00')} 203.0.113.9 1`);
    await sources.collect();
    await router(7, 1, '203.0.113.7', { publishedAt: '2026-05-10 11:01:00' });
    await router(8, 2, '203.0.113.8', { enabled: false, publishedAt: null });
    const rows = await list({ sort: 'address' });
    expect(rows.map(({ address }) => address)).toEqual(['203.0.113.8', '203.0.113.9']);
    expect(rows[0]!.likely[0]).toMatchObject({ id: 8, likeness: 'same_address', enabled: false });
  });

  it('searches, sorts and pages', async () => {
    note('auth', ...Array.from({ length: 30 }, (_, n) => `${at('11:00:00') + n} 203.0.113.${n} 1`));
    await sources.collect();
    expect((await list({ perPage: 3 })).map(({ address }) => address)).toEqual(['203.0.113.29', '203.0.113.28', '203.0.113.27']);
    expect((await list({ perPage: 3, page: 10, sort: 'last_seen_at', order: 'desc' })).at(-1)?.address).toBe('203.0.113.0');
    expect(await list({ search: '113.2' })).toHaveLength(11);
    expect(await list({ search: '%' })).toHaveLength(0);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testConfig } from '@jala/infra/testing';
import { RouterCounters, type UnknownSource, UnknownSourceFiles } from '@jala/radius';
import { radclient } from './support/radclient';
import { NAME, papRequest } from './support/raw-packets';
import { type Isp, type Router, Scenario } from './support/scenario';

jest.setTimeout(60_000);

/** As many addresses as FreeRADIUS remembers, and some lines more for those that repeat themselves (mods-available/unknown_sources). */
const MOST_NOTED = 256;
const FLOOD = 3_000;

describe('packets that cannot be believed', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;
  let files: UnknownSourceFiles;

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.9.1');
    await isp.user('budi', { sharedUsers: null });
    files = new UnknownSourceFiles(config());
  });
  afterAll(() => scenario.stop());

  const config = () =>
    testConfig(
      {},
      { RADIUS_CONTROL_SOCKETS: ['auth', 'acct', 'drain'].map((name) => join(scenario.server.runDir, `${name}.sock`)).join(',') },
    );
  const noted = async (): Promise<readonly UnknownSource[]> => {
    let found: readonly UnknownSource[] = [];
    await files.drain(async (sources) => {
      found = sources;
      return Promise.resolve();
    });
    return found;
  };
  const stranger = (from: string, kind: 'auth' | 'acct' = 'auth', attempts = 1) =>
    radclient({
      port: scenario.server.ports[kind],
      kind,
      secret: 'whatever',
      from,
      timeout: 1,
      attempts,
      attributes:
        kind === 'auth'
          ? { 'User-Name': 'budi', 'User-Password': 'x' }
          : { 'User-Name': 'budi', 'Acct-Status-Type': { raw: 'Start' }, 'Acct-Session-Id': 'x' },
    });
  /** A packet from each address, as fast as they can be sent. */
  const flood = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      const socket = createSocket('udp4');
      socket.bind(0, `127.9.${n >> 8}.${n & 255}`);
      await once(socket, 'listening');
      await new Promise((resolve) =>
        socket.send(papRequest(n & 255, 'budi', 'x', 'whatever', [[NAME, 'flood']]), scenario.server.ports.auth, '127.0.0.1', resolve),
      );
      socket.close();
    }
  };
  const notedBytes = (): number => {
    const folder = join(scenario.server.runDir, 'unknown-sources');
    return existsSync(folder) ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) : 0;
  };

  it('from an address without a router are noted with port and instant, and from a known one are not', async () => {
    const before = Date.now() - 1_000;
    expect((await router.login('budi', 'rahasia')).answer).toBe('accept');
    expect((await stranger('127.0.9.77')).answer).toBe('silence');
    expect((await stranger('127.0.9.77', 'acct')).answer).toBe('silence');
    const sources = await noted();
    expect(sources).toMatchObject([{ address: '127.0.9.77', authPackets: 1, acctPackets: 1 }]);
    expect(sources[0]!.firstSeenAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(sources[0]!.lastSeenAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await noted()).toEqual([]);
  });

  it('are noted again after the worker took the notes away, and kept until they are stored', async () => {
    await stranger('127.0.9.78');
    await expect(files.drain(() => Promise.reject(new Error('the database is away')))).rejects.toThrow('away');
    await stranger('127.0.9.79');
    expect(await noted()).toMatchObject([{ address: '127.0.9.78' }]);
    expect(await noted()).toMatchObject([{ address: '127.0.9.79' }]);
  });

  it('are counted roughly when there are many from one address', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.9.80');
    await once(socket, 'listening');
    for (let n = 0; n < 150; n++) socket.send(papRequest(n, 'budi', 'x', 'whatever'), scenario.server.ports.auth, '127.0.0.1');
    expect((await stranger('127.0.9.80')).answer).toBe('silence');
    socket.close();
    // 1, then 9 more, then 90 more: at least a tenth of the truth, never more than it.
    expect(await noted()).toMatchObject([{ address: '127.0.9.80', authPackets: 100 }]);
  });

  it('from thousands of addresses grow neither disk nor list, and logins go on', async () => {
    const second = await isp.router('127.0.9.2');
    const times: number[] = [];
    const [, bytes] = [
      await Promise.all([
        flood(0, FLOOD),
        (async () => {
          for (let n = 0; n < 8; n++) {
            const reply = await second.login('budi', 'rahasia', { timeout: 5 });
            expect(reply.answer).toBe('accept');
            times.push(reply.milliseconds);
          }
        })(),
      ]),
      notedBytes(),
    ];
    expect(Math.max(...times)).toBeLessThan(2_000);
    expect(bytes).toBeLessThan(MOST_NOTED * 4 * 64);
    const sources = await noted();
    expect(sources.length).toBeGreaterThan(MOST_NOTED / 2);
    expect(sources.length).toBeLessThanOrEqual(MOST_NOTED);
    expect(notedBytes()).toBe(0);
    // A router that is added in the middle of it is heard at once.
    expect((await (await isp.router('127.0.9.3')).login('budi', 'rahasia')).answer).toBe('accept');
  });

  it('with another secret show in the counters of the router, and a garbled password in words', async () => {
    const counters = new RouterCounters(config());
    const odd = await isp.router('127.0.9.10', { routerId: 10 });
    expect((await odd.login('budi', 'rahasia')).answer).toBe('accept');
    expect(await counters.read(['127.0.9.10', '127.0.9.99'])).toEqual([
      { wrongSecret: 0, malformed: 0 },
      { wrongSecret: 0, malformed: 0 },
    ]);
    const wrong = odd.withSecret('not-the-secret');
    await wrong.account('Start', 'x', { 'User-Name': 'budi' }, 1);
    await wrong.login('budi', 'rahasia', { attributes: { 'Message-Authenticator': { raw: '0x00' } }, timeout: 1 });
    expect(await counters.read(['127.0.9.99', '127.0.9.10'])).toEqual([
      { wrongSecret: 0, malformed: 0 },
      { wrongSecret: 2, malformed: 0 },
    ]);
    // One in nine garbled passwords has no control character by chance: of four, one has, all but always.
    for (let n = 0; n < 4; n++) await wrong.login('budi', 'rahasia', { timeout: 2 });
    await scenario.stored();
    expect((await isp.logins('budi')).rows.map(({ reason }) => reason)).toContain(
      'unreadable password (wrong RADIUS secret on the router?)',
    );
    expect((await odd.login('budi', 'salah')).answer).toBe('reject');
    await scenario.stored();
    expect((await isp.logins('budi')).rows[0]).toMatchObject({ reason: 'wrong password' });
  });

  it('without the signature that this router must send are counted too', async () => {
    const strict = await isp.router('127.0.9.11', { requireMessageAuthenticator: true });
    // A file of this very second is read once more, and the counters begin anew.
    await sleep(1_100);
    expect((await strict.login('budi', 'rahasia', { timeout: 1 })).answer).toBe('silence');
    expect((await strict.login('budi', 'rahasia', { attributes: { 'Message-Authenticator': { raw: '0x00' } } })).answer).toBe('accept');
    expect(await new RouterCounters(config()).read(['127.0.9.11'])).toEqual([{ wrongSecret: 0, malformed: 1 }]);
  });

  it('says so when FreeRADIUS does not run', async () => {
    const elsewhere = new RouterCounters(testConfig({}, { RADIUS_CONTROL_SOCKETS: '/nowhere/auth.sock' }));
    await expect(elsewhere.read(['127.0.9.1'])).rejects.toThrow('/nowhere/auth.sock');
  });
});

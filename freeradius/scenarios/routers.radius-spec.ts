import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { radclient } from './support/radclient';
import { inParallel, type Isp, METHODS, Scenario } from './support/scenario';

/** In the words: effective within two seconds. */
const EFFECTIVE_MS = 2_000;

describe('a router', () => {
  let scenario: Scenario;
  let one: Isp;
  let two: Isp;

  beforeAll(async () => {
    scenario = await Scenario.start();
    one = await scenario.isp();
    two = await scenario.isp();
    await one.user('siti', { password: 'milik-satu', rateLimit: '1M/1M', sharedUsers: null });
    await two.user('siti', { password: 'milik-dua', rateLimit: '2M/2M', sharedUsers: null });
    await one.user('hanya-satu', { sharedUsers: null });
  }, 60_000);
  afterAll(() => scenario.stop());

  it('logs in the users of its own tenant and no others, in every method', async () => {
    const [first, second] = [await one.router('127.0.2.1'), await two.router('127.0.2.2')];
    for (const method of METHODS) {
      const [own, foreign, stolen, otherSame] = await Promise.all([
        first.login('siti', 'milik-satu', { method }),
        second.login('hanya-satu', 'rahasia', { method }),
        second.login('siti', 'milik-satu', { method }),
        second.login('siti', 'milik-dua', { method }),
      ]);
      expect(own).toMatchObject({ answer: 'accept', attributes: { 'Mikrotik-Rate-Limit': '1M/1M' } });
      expect(foreign.answer).toBe('reject');
      expect(stolen.answer).toBe('reject');
      expect(otherSame).toMatchObject({ answer: 'accept', attributes: { 'Mikrotik-Rate-Limit': '2M/2M' } });
    }
  });

  it('is not believed when it claims to be somebody else', async () => {
    await one.router('127.0.2.1');
    const second = await two.router('127.0.2.2', { routerId: 22 });
    const forged = {
      'NAS-IP-Address': { raw: '127.0.2.1' },
      'NAS-Identifier': one.tenant.context.db,
      'Called-Station-Id': 'forged',
      'Proxy-State': { raw: '0x01' },
    };
    expect((await second.login('hanya-satu', 'rahasia', { attributes: forged })).answer).toBe('reject');
    expect((await second.login('siti', 'milik-dua', { attributes: forged })).answer).toBe('accept');
    await second.account('Start', 'forged-1', { 'User-Name': 'siti', ...forged });
    await scenario.stored();
    const seen = { nasipaddress: '127.0.2.2', router_id: 22 };
    expect(await two.query("SELECT nasipaddress, router_id FROM radacct WHERE acctsessionid = 'forged-1'")).toMatchObject([seen]);
    expect(await two.query("SELECT nasipaddress, router_id FROM radpostauth WHERE calledstationid = 'forged'")).toMatchObject([seen, seen]);
    expect(await one.query("SELECT * FROM radacct WHERE acctsessionid = 'forged-1'")).toEqual([]);
    expect(await one.query("SELECT * FROM radpostauth WHERE calledstationid = 'forged'")).toEqual([]);
  });

  it('with a wrong secret is met with silence', async () => {
    const router = (await one.router('127.0.2.1')).withSecret('not-the-secret');
    for (const method of METHODS) {
      expect((await router.login('siti', 'milik-satu', { method, timeout: 2 })).answer).toBe('silence');
    }
    expect(
      (await router.login('siti', 'milik-satu', { attributes: { 'Message-Authenticator': { raw: '0x00' } }, timeout: 2 })).answer,
    ).toBe('silence');
    expect((await router.account('Start', 'wrong-secret', { 'User-Name': 'siti' }, 1)).answer).toBe('silence');
    await scenario.stored();
    expect(await one.query("SELECT * FROM radacct WHERE acctsessionid = 'wrong-secret'")).toEqual([]);
  });

  it('at an unknown address is met with silence', async () => {
    const known = await one.router('127.0.2.1');
    const stranger = await radclient({
      port: scenario.server.ports.auth,
      kind: 'auth',
      secret: known.client.secret,
      from: '127.0.2.99',
      timeout: 1,
      attributes: { 'User-Name': 'siti', 'User-Password': 'milik-satu' },
    });
    expect(stranger.answer).toBe('silence');
  });

  it('works at once when it is new, and a changed secret, a move and a removal count within two seconds', async () => {
    const router = await one.router('127.0.2.10');
    expect((await router.login('siti', 'milik-satu')).answer).toBe('accept');

    const changed = await one.router('127.0.2.10', { secret: 'another-secret' });
    await sleep(EFFECTIVE_MS);
    expect((await changed.login('siti', 'milik-satu')).answer).toBe('accept');
    expect((await router.login('siti', 'milik-satu', { timeout: 1 })).answer).toBe('silence');

    const moved = await two.router('127.0.2.10', { secret: 'another-secret' });
    await sleep(EFFECTIVE_MS);
    expect((await moved.login('siti', 'milik-dua')).answer).toBe('accept');
    expect((await moved.login('siti', 'milik-satu')).answer).toBe('reject');

    await expect(one.clients.unpublish('127.0.2.10')).resolves.toBe(true);
    await sleep(EFFECTIVE_MS);
    expect((await moved.login('siti', 'milik-dua', { timeout: 1 })).answer).toBe('silence');
    expect((await moved.account('Start', 'removed', { 'User-Name': 'siti' }, 1)).answer).toBe('silence');
    await expect(one.clients.unpublish('127.0.2.10')).resolves.toBe(false);
  });

  it('is known again after a restart, changed meanwhile or not', async () => {
    const router = await one.router('127.0.2.20');
    const gone = await one.router('127.0.2.21');
    expect((await router.login('siti', 'milik-satu')).answer).toBe('accept');
    await scenario.server.kill('auth');
    await one.clients.unpublish('127.0.2.21');
    await scenario.server.launch('auth');
    expect((await router.login('siti', 'milik-satu')).answer).toBe('accept');
    expect((await gone.login('siti', 'milik-satu', { timeout: 1 })).answer).toBe('silence');
    const changed = await one.router('127.0.2.20', { secret: 'after-restart' });
    await sleep(EFFECTIVE_MS);
    expect((await changed.login('siti', 'milik-satu')).answer).toBe('accept');
  });

  it('that must sign its packets is met with silence when it does not', async () => {
    const router = await one.router('127.0.2.30', { requireMessageAuthenticator: true });
    expect((await router.login('siti', 'milik-satu', { timeout: 1 })).answer).toBe('silence');
    expect((await router.login('siti', 'milik-satu', { attributes: { 'Message-Authenticator': { raw: '0x00' } } })).answer).toBe('accept');
  });

  it('gets signed answers only, whatever they say', async () => {
    const router = await one.router('127.0.2.1');
    await one.user('sudah-habis', { expiresAt: new Date(0) });
    const answers = await inParallel(['milik-satu', 'wrong', ''], (password) => router.login('siti', password));
    answers.push(await router.login('sudah-habis', 'rahasia'), await router.login('', 'x', { without: ['User-Name'] }));
    expect(answers.map(({ answer }) => answer)).toEqual(['accept', 'reject', 'reject', 'reject', 'reject']);
    for (const { attributes } of answers) expect(attributes['Message-Authenticator']).toMatch(/^0x[0-9a-f]{32}$/);
  });

  it('whose file names no tenant is met with silence', async () => {
    const folder = scenario.server.clientsDir;
    for (const [address, lines] of [
      ['127.0.2.40', ''],
      ['127.0.2.41', '\tTenant-DB = "mysql"\n'],
      ['127.0.2.42', '\tTenant-DB = "t_x; DROP"\n'],
    ] as const) {
      writeFileSync(join(folder, 'new'), `client ${address} {\n\tipaddr = ${address}\n\tsecret = testing123\n${lines}}\n`);
      renameSync(join(folder, 'new'), join(folder, 'v4', address));
      const request = { secret: 'testing123', from: address, timeout: 1 };
      const login = await radclient({
        ...request,
        port: scenario.server.ports.auth,
        kind: 'auth',
        attributes: { 'User-Name': 'siti', 'User-Password': 'x' },
      });
      expect(login.answer).toBe('silence');
      const start = await radclient({
        ...request,
        port: scenario.server.ports.acct,
        kind: 'acct',
        attributes: { 'User-Name': 'siti', 'Acct-Status-Type': { raw: 'Start' }, 'Acct-Session-Id': 'x' },
      });
      expect(start.answer).toBe('silence');
    }
    // Reconciliation removes what nobody registered.
    const { added, removed } = await one.clients.reconcile([]);
    expect(added).toEqual([]);
    expect(removed).toEqual(expect.arrayContaining(['127.0.2.40', '127.0.2.41', '127.0.2.42']));
    await expect(one.clients.addresses()).resolves.toEqual([]);
  });

  it('can ask whether the server is alive', async () => {
    const status = await radclient({
      port: scenario.server.ports.status,
      kind: 'status',
      secret: scenario.server.probeSecret,
      attributes: { 'Message-Authenticator': { raw: '0x00' } },
    });
    expect(status.answer).toBe('accept');
    expect(status.attributes['Message-Authenticator']).toBeDefined();
  });
});

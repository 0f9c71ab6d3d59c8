import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testConfig } from '@jala/infra/testing';
import { canonicalIp } from '@jala/kernel';
import { CoaClient, UnknownSourceFiles } from '@jala/radius';
import { type Isp, type Router, Scenario } from './support/scenario';

/** In the words: effective within two seconds. */
const EFFECTIVE_MS = 2_000;

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

/** A machine without IPv6 has nothing to show here; every other one has ::1. */
(hasIpv6 ? describe : describe.skip)('a router with an IPv6 address', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;

  beforeAll(async () => {
    scenario = await Scenario.start({ ipv6: true });
    isp = await scenario.isp();
    router = await isp.router(canonicalIp('0:0:0:0:0:0:0:1')!, { routerId: 6 });
    await isp.user('budi', { sharedUsers: null });
  }, 60_000);
  afterAll(() => scenario.stop());

  it('logs users in with every method, and its signed answers count', async () => {
    for (const method of ['pap', 'chap', 'mschapv2'] as const) {
      const reply = await router.login('budi', 'rahasia', { method });
      expect(reply).toMatchObject({ answer: 'accept', attributes: { 'Mikrotik-Rate-Limit': '5M/10M' } });
      expect(reply.attributes['Message-Authenticator']).toBeDefined();
    }
    expect((await router.login('budi', 'salah')).answer).toBe('reject');
    expect((await router.withSecret('another-secret').login('budi', 'rahasia', { timeout: 2 })).answer).toBe('silence');
    await scenario.stored();
    expect(await isp.query('SELECT DISTINCT nasipaddress, router_id FROM radpostauth')).toEqual([{ nasipaddress: '::1', router_id: 6 }]);
  });

  it('accounts under its own address, whatever it says of itself, beside one with an IPv4 address', async () => {
    const old = await isp.router('127.0.10.4', { routerId: 4 });
    const forged = { 'NAS-IP-Address': { raw: '127.0.10.4' }, 'NAS-IPv6-Address': { raw: '2001:db8::1' }, 'NAS-Identifier': 'tower-4' };
    for (const [from, id] of [
      [router, 'six'],
      [old, 'four'],
    ] as const) {
      expect((await from.account('Start', id, { 'User-Name': 'budi', ...forged })).answer).toBe('acknowledged');
      await from.account('Interim-Update', id, { 'User-Name': 'budi', ...forged, 'Acct-Input-Octets': { raw: '1000' } });
    }
    await scenario.stored();
    const sessions = () =>
      isp.query(
        'SELECT acctsessionid, nasipaddress, router_id, acctstoptime IS NULL AS open, acctinputoctets FROM radacct ORDER BY acctsessionid DESC',
      );
    const six = { acctsessionid: 'six', nasipaddress: '::1', router_id: 6, acctinputoctets: 1000 };
    const four = { acctsessionid: 'four', nasipaddress: '127.0.10.4', router_id: 4, acctinputoctets: 1000 };
    expect(await sessions()).toEqual([
      { ...six, open: 1 },
      { ...four, open: 1 },
    ]);
    const { rows } = await isp.sessions((reader) => reader.list({ state: 'online', routerId: 6, page: 1, perPage: 10 }));
    expect(rows).toMatchObject([{ acctSessionId: 'six', nasIp: '::1', routerId: 6 }]);

    // The restart of one ends nothing on the other.
    await router.account('Accounting-On', 'on', forged);
    await scenario.stored();
    expect(await sessions()).toEqual([
      { ...six, open: 0 },
      { ...four, open: 1 },
    ]);
  });

  it('must sign when it is told to, and is forgotten when it is removed', async () => {
    await isp.router('::1', { routerId: 6, requireMessageAuthenticator: true });
    await sleep(EFFECTIVE_MS);
    expect((await router.login('budi', 'rahasia', { timeout: 1 })).answer).toBe('silence');
    expect((await router.login('budi', 'rahasia', { attributes: { 'Message-Authenticator': { raw: '0x00' } } })).answer).toBe('accept');
    await isp.clients.unpublish('::1');
    await sleep(EFFECTIVE_MS);
    expect((await router.login('budi', 'rahasia', { timeout: 1 })).answer).toBe('silence');
    const sockets = testConfig({}, { RADIUS_CONTROL_SOCKETS: join(scenario.server.runDir, 'auth.sock') });
    await new UnknownSourceFiles(sockets).drain((sources) => {
      expect(sources).toMatchObject([{ address: '::1' }]);
      return Promise.resolve();
    });
  });

  it('hears a Disconnect-Request', async () => {
    const listening: Socket = createSocket('udp6');
    listening.bind(0, '::1');
    await once(listening, 'listening');
    const heard = once(listening, 'message');
    const asked = new CoaClient().disconnect(
      { address: '::1', port: listening.address().port, secret: 'secret-of-six' },
      { username: 'budi', acctSessionId: 'six', framedIp: '' },
      [200],
    );
    const [packet, from] = (await heard) as [Buffer, { address: string }];
    expect([packet[0], from.address]).toEqual([40, '::1']);
    expect(await asked).toEqual({ result: 'silent', attempts: 1 });
    listening.close();
  });
});

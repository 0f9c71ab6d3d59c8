import { join } from 'node:path';
import { eapolTest, type TunnelLogin, type TunnelReply } from './support/tunnel';
import { type Isp, type Router, Scenario } from './support/scenario';

jest.setTimeout(90_000);

const WAYS = [
  ['PEAP', 'MSCHAPV2'],
  ['TTLS', 'PAP'],
  ['TTLS', 'MSCHAPV2'],
] as const;

describe('a login through a tunnel', () => {
  let scenario: Scenario;
  let isp: Isp;
  let other: Isp;
  let router: Router;

  const login = (username: string, password: string, change: Partial<TunnelLogin> = {}): Promise<TunnelReply> =>
    eapolTest({
      port: scenario.server.ports.auth,
      secret: router.client.secret,
      from: router.client.address,
      ca: join(scenario.server.eapDir, 'ca.pem'),
      method: 'PEAP',
      inner: 'MSCHAPV2',
      anonymous: 'anonymous',
      username,
      password,
      ...change,
    });
  const history = async (username: string): Promise<[boolean, string][]> => {
    await scenario.stored();
    return (await isp.logins(username)).rows.map(({ accepted, reason }) => [accepted, reason]);
  };

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    other = await scenario.isp();
    router = await isp.router('127.0.6.1');
  });
  afterAll(() => scenario.stop());

  it.each(WAYS)('%s/%s: the right password, on the same tables, with the same answer', async (method, inner) => {
    const name = `benar-${method}-${inner}`;
    await isp.user(name, { expiresAt: new Date(Date.now() + 3_600_000), quotaBytes: 5_000, addressList: 'rumah' });
    const reply = await login(name, 'rahasia', { method, inner });
    expect(reply.accepted || reply.output).toBe(true);
    // What the access point is told after the last packet; eapol_test prints attribute 1 as text.
    const accept = reply.output.slice(reply.output.indexOf('(Access-Accept)'));
    expect(accept).toMatch(new RegExp(`Attribute 1 \\(User-Name\\)[^\\n]*\\n\\s+Value: '${name}'`));
    expect(accept).toMatch(/Attribute 27 \(Session-Timeout\)/);
    expect(accept).toMatch(/Attribute 80 \(Message-Authenticator\)/);
    // Mikrotik-Rate-Limit, Mikrotik-Total-Limit and Mikrotik-Address-List are vendor attributes.
    const hex = (text: string) => Buffer.from(text).toString('hex');
    expect(accept).toContain(hex('5M/10M'));
    expect(accept).toContain(hex('rumah'));
    expect(await history(name)).toEqual([[true, '']]);
  });

  it.each(WAYS)('%s/%s: a wrong password, a stranger, a suspended and an expired user', async (method, inner) => {
    const suffix = `${method}-${inner}`;
    await isp.user(`salah-${suffix}`);
    await isp.user(`henti-${suffix}`, { status: 'suspended' });
    await isp.user(`habis-${suffix}`, { expiresAt: new Date(Date.now() - 10_900_000) });
    for (const [username, password, reason] of [
      [`salah-${suffix}`, 'wrong', 'wrong password'],
      [`asing-${suffix}`, 'rahasia', 'no such user'],
      [`henti-${suffix}`, 'rahasia', 'suspended'],
      [`habis-${suffix}`, 'rahasia', 'expired 3 h ago'],
    ] as const) {
      const reply = await login(username, password, { method, inner });
      expect(reply.accepted).toBe(false);
      expect(reply.output).toMatch(/EAP-Failure|EAP Failure|EAP: Received EAP-Failure/);
      expect(await history(username)).toEqual([[false, reason]]);
    }
    expect(await history('anonymous')).toEqual([]);
  });

  it("does not know another tenant's users, whatever the name outside says", async () => {
    await other.user('siti');
    expect((await login('siti', 'rahasia', { anonymous: 'siti' })).accepted).toBe(false);
    await isp.user('siti', { password: 'lain' });
    expect((await login('siti', 'rahasia')).accepted).toBe(false);
    expect((await login('siti', 'lain')).accepted).toBe(true);
  });

  it('begins a voucher once, and holds it to its device', async () => {
    await isp.user('kupon', { status: 'unused', validity: { seconds: 3600 }, macLock: true });
    expect((await login('kupon', 'wrong', { mac: '02:00:00:00:00:07' })).accepted).toBe(false);
    expect(await isp.query("SELECT status, mac FROM raduser WHERE username = 'kupon'")).toEqual([{ status: 'unused', mac: null }]);
    expect((await login('kupon', 'rahasia', { mac: '02:00:00:00:00:07' })).accepted).toBe(true);
    expect(await isp.query("SELECT status, mac FROM raduser WHERE username = 'kupon'")).toEqual([
      { status: 'active', mac: '02:00:00:00:00:07' },
    ]);
    expect((await login('kupon', 'rahasia', { mac: '02:00:00:00:00:08' })).accepted).toBe(false);
    // Logins of one second are stored by several readers, in any order.
    expect((await history('kupon')).sort()).toEqual([
      [false, 'locked to another device'],
      [false, 'wrong password'],
      [true, ''],
    ]);
  });

  it('takes hostile names inside the tunnel for names', async () => {
    for (const name of ["x'||'1'='1", '%{sql:SELECT/**/1}', 'y'.repeat(200)]) {
      expect((await login(name, 'rahasia', { method: 'TTLS', inner: 'PAP' })).accepted).toBe(false);
    }
  });

  it('is met with silence while the database is away, and nothing is remembered of it', async () => {
    await isp.user('sunyi');
    await scenario.line.cut();
    const reply = await login('sunyi', 'rahasia', { method: 'TTLS', inner: 'PAP', timeout: 6 });
    await scenario.line.open();
    expect(reply.accepted).toBe(false);
    expect(reply.output.match(/code=\d+ \([\w-]+\)/g)?.filter((line) => /Accept|Reject/.test(line))).toEqual([]);
    for (let again = 0; again < 5 && !(await login('sunyi', 'rahasia')).accepted; again++);
    expect(await history('sunyi')).toEqual([[true, '']]);
  });
});

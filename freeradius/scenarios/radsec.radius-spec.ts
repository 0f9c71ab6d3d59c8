import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority, issueCertificate, type KeyedCertificate } from '@jala/infra/certificates';
import { testConfig } from '@jala/infra/testing';
import { RadsecFiles, type RadsecRouter } from '@jala/radius';
import {
  ACCT_INPUT_OCTETS,
  integer,
  NAS_IP_ADDRESS,
  OPERATOR_NAME,
  RadsecClient,
  type RadsecIdentity,
  type RadsecReply,
} from './support/radsec-client';
import {
  ACCESS_ACCEPT,
  ACCESS_CHALLENGE,
  ACCESS_REJECT,
  accessRequest,
  CALLING_STATION,
  messageAuthenticator,
  NAME,
  type RawAttribute,
} from './support/raw-packets';
import { type Isp, Scenario } from './support/scenario';

jest.setTimeout(120_000);

const START = 1;
const STOP = 2;
const ACCOUNTING_ON = 7;
const ACCOUNTING_RESPONSE = 5;
const STATUS_SERVER = 12;
const EAP_MESSAGE = 79;
const MESSAGE_AUTHENTICATOR = 80;
const CLASS = 25;
const DAY_MS = 86_400_000;

const codeOf = (reply: RadsecReply | 'silent'): number | 'silent' => (reply === 'silent' ? reply : reply.code);

describe('routers over TLS', () => {
  let scenario: Scenario;
  let isps: readonly [Isp, Isp];
  let authority: KeyedCertificate;
  let files: RadsecFiles;
  let lastRouter = 0;
  const open: RadsecClient[] = [];

  const validity = { from: new Date(Date.now() - DAY_MS), until: new Date(Date.now() + DAY_MS) };
  const identity = async (commonName: string, by = authority, until = validity.until): Promise<RadsecIdentity> => ({
    ca: authority.certificate,
    ...(await issueCertificate(by, { commonName, purpose: 'client', validity: { ...validity, until } })),
  });
  const connect = async (who: RadsecIdentity): Promise<RadsecClient> => {
    const client = await RadsecClient.open(scenario.server.ports.radsec, who);
    open.push(client);
    return client;
  };
  /** A router with a certificate that FreeRADIUS knows. */
  const add = async (isp: Isp, routerId = 1) => {
    const registryId = ++lastRouter;
    const commonName = `router-${registryId}.${registryId.toString(16).padStart(16, '0')}`;
    const router: RadsecRouter = {
      registryId,
      routerId,
      tenantDb: isp.tenant.context.db,
      address: `240.1.0.${registryId}`,
      certificates: [commonName],
    };
    await files.publish(router);
    return { router, who: await identity(commonName) };
  };
  /** What became of an attempt to say something without being let in. */
  const attempt = async (who: RadsecIdentity): Promise<string> => {
    try {
      const client = await connect(who);
      const reply = await client.login('budi', 'rahasia', [], 1_500);
      return client.closed ? 'closed' : String(codeOf(reply));
    } catch {
      return 'closed';
    }
  };

  beforeAll(async () => {
    authority = await createAuthority('Test CA', validity);
    const server = await issueCertificate(authority, { commonName: '127.0.0.1', purpose: 'server', names: ['127.0.0.1'], validity });
    scenario = await Scenario.start({ radsec: { ca: authority.certificate, certificate: server.certificate, key: server.key } });
    files = new RadsecFiles(testConfig({}, { RADIUS_CLIENTS_DIR: scenario.server.clientsDir }));
    isps = [await scenario.isp(), await scenario.isp()];
    await isps[0].user('budi', { sharedUsers: null });
    await isps[1].user('siti', { sharedUsers: null });
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });
  afterAll(() => scenario.stop());

  it('log in the users of the tenant that the certificate belongs to, from one address and at the same time', async () => {
    const [of0, of1] = [await add(isps[0], 11), await add(isps[1], 12)];
    const [first, second] = [await connect(of0.who), await connect(of1.who)];
    // Claims about itself that would make it somebody else's.
    const lies: RawAttribute[] = [
      [OPERATOR_NAME, `${isps[1].tenant.context.db} 12 240.1.0.2`],
      [NAS_IP_ADDRESS, Buffer.from([192, 168, 88, 1])],
    ];
    const answers = await Promise.all([
      first.login('budi', 'rahasia', lies),
      second.login('siti', 'rahasia', lies),
      first.login('siti', 'rahasia', lies),
      second.login('budi', 'rahasia', lies),
      first.login('budi', 'wrong', lies),
    ]);
    expect(answers.map(codeOf)).toEqual([ACCESS_ACCEPT, ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_REJECT, ACCESS_REJECT]);
    const [accept] = answers;
    if (!accept || accept === 'silent') throw new Error('no answer');
    expect(accept.attributes.get(CLASS)?.toString()).toMatch(/^jala:/);
    // The whole policy, not only yes or no.
    expect(accept.vendor(14988, 8)?.toString()).toBe('5M/10M');
    expect(accept.attributes.has(MESSAGE_AUTHENTICATOR)).toBe(true);
    await scenario.stored();
    expect(await isps[0].query("SELECT DISTINCT router_id FROM radpostauth WHERE username = 'budi'")).toEqual([{ router_id: 11 }]);
    expect((await isps[0].logins('siti')).rows).toMatchObject([{ accepted: false }]);
  });

  it('answer a wrong password as late as others do, and no later', async () => {
    const client = await connect((await add(isps[0])).who);
    const started = Date.now();
    expect(codeOf(await client.login('budi', 'wrong'))).toBe(ACCESS_REJECT);
    expect(Date.now() - started).toBeGreaterThan(900);
    expect(Date.now() - started).toBeLessThan(1_900);
  });

  it('account to the right tenant, each router under an address of its own', async () => {
    const [one, two] = [await add(isps[0], 21), await add(isps[0], 22)];
    const other = await add(isps[1], 21);
    const clients = [await connect(one.who), await connect(two.who), await connect(other.who)] as const;
    const claimed: RawAttribute[] = [[NAS_IP_ADDRESS, Buffer.from([192, 168, 88, 1])]];
    for (const client of clients) {
      expect(codeOf(await client.account(START, 'session', [[NAME, 'budi'], ...claimed]))).toBe(ACCOUNTING_RESPONSE);
    }
    await clients[0].account(STOP, 'session', [[NAME, 'budi'], [ACCT_INPUT_OCTETS, integer(700)], ...claimed]);
    // Restarted: its own sessions end, those of the router that claims the same address do not.
    await clients[2].account(ACCOUNTING_ON, '', claimed);
    await scenario.stored();
    const rows = (isp: Isp) =>
      isp.query(
        "SELECT router_id, nasipaddress, CAST(acctinputoctets AS UNSIGNED) AS bytes, acctstoptime IS NULL AS live FROM radacct WHERE acctsessionid = 'session' ORDER BY router_id",
      );
    expect(await rows(isps[0])).toMatchObject([
      { router_id: 21, nasipaddress: one.router.address, live: 0 },
      { router_id: 22, nasipaddress: two.router.address, live: 1 },
    ]);
    expect(await rows(isps[1])).toMatchObject([{ router_id: 21, nasipaddress: other.router.address, live: 0 }]);
    expect(
      Number(
        (await isps[0].query<{ bytes: string }>("SELECT SUM(acctinputoctets) AS bytes FROM radacct WHERE acctsessionid = 'session'"))[0]
          ?.bytes,
      ),
    ).toBe(700);
  });

  it('get in with a certificate of our CA only, and one that still counts', async () => {
    const { router, who } = await add(isps[0]);
    const name = router.certificates[0]!;
    const foreign = await createAuthority('Test CA', validity);
    const expired = await identity(name, authority, new Date(Date.now() - 60_000));
    const asServer = await issueCertificate(authority, { commonName: name, purpose: 'server', validity });
    expect(await attempt(who)).toBe(String(ACCESS_ACCEPT));
    expect(await attempt({ ca: authority.certificate })).toBe('closed');
    expect(await attempt(await identity(name, foreign))).toBe('closed');
    expect(await attempt(expired)).toBe('closed');
    expect(await attempt({ ca: authority.certificate, ...asServer })).toBe('closed');
    expect(scenario.server.log('radsec')).toMatch(
      /Alert write:fatal:handshake failure[^]*fatal:unknown CA[^]*fatal:certificate expired[^]*fatal:unsupported certificate/,
    );
  });

  it.each(['../v4/127.0.0.1', 'router-1.0000000000000000/../x', 'router-1.0000000000000009'])(
    'get no answer by a certificate that names nobody: %j',
    async (name) => {
      await add(isps[0]);
      expect(await attempt(await identity(name))).toBe('silent');
    },
  );

  it('are refused within two seconds of being revoked, on the open connection too', async () => {
    const { router, who } = await add(isps[0], 31);
    const client = await connect(who);
    expect(codeOf(await client.login('budi', 'rahasia'))).toBe(ACCESS_ACCEPT);
    await files.publish({ ...router, certificates: [] });
    await sleep(2_000);
    expect(codeOf(await client.login('budi', 'rahasia', [], 1_500))).toBe('silent');
    expect(codeOf(await client.account(START, 'after', [[NAME, 'budi']], 1_500))).toBe('silent');
    expect(await attempt(who)).toBe('silent');
    await files.publish(router);
    expect(codeOf(await client.login('budi', 'rahasia'))).toBe(ACCESS_ACCEPT);
    await scenario.stored();
    expect(await isps[0].query("SELECT 1 FROM radacct WHERE acctsessionid = 'after'")).toEqual([]);
  });

  it.each<[string, () => Promise<void> | void, () => Promise<void> | void]>([
    ['killed', () => scenario.line.cut(), () => scenario.line.open()],
    ['frozen', () => scenario.line.freeze(), () => scenario.line.thaw()],
  ])('hear nothing rather than no while the database is %s, and lose no accounting', async (how, away, back) => {
    const client = await connect((await add(isps[0], 41)).who);
    expect(codeOf(await client.login('budi', 'rahasia'))).toBe(ACCESS_ACCEPT);
    await away();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.login('budi', index % 2 ? 'rahasia' : 'wrong', [], 2_500)),
    );
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['silent']));
    const accounted = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.account(START, `${how}-${index}`, [[NAME, 'budi']])),
    );
    expect(new Set(accounted.map(codeOf))).toEqual(new Set([ACCOUNTING_RESPONSE]));
    await back();
    const started = Date.now();
    let code = codeOf(await client.login('budi', 'rahasia', [], 1_000));
    while (code === 'silent' && Date.now() - started < 30_000) code = codeOf(await client.login('budi', 'rahasia', [], 1_000));
    expect(code).toBe(ACCESS_ACCEPT);
    await scenario.stored();
    expect(await isps[0].query(`SELECT COUNT(*) AS n FROM radacct WHERE acctsessionid LIKE '${how}-%'`)).toEqual([{ n: 20 }]);
  });

  it('go on when the auth process was killed and has come back', async () => {
    const client = await connect((await add(isps[0], 51)).who);
    await scenario.server.kill('auth', 'SIGKILL');
    expect(codeOf(await client.login('budi', 'rahasia', [], 1_000))).toBe('silent');
    expect(codeOf(await client.account(START, 'meanwhile', [[NAME, 'budi']]))).toBe(ACCOUNTING_RESPONSE);
    await scenario.server.launch('auth');
    expect(codeOf(await client.login('budi', 'rahasia'))).toBe(ACCESS_ACCEPT);
  });

  it('may ask whether anybody is there, and begin an EAP login', async () => {
    const client = await connect((await add(isps[0], 61)).who);
    expect(codeOf(await client.ask(signed(accessRequest(200, []), STATUS_SERVER)))).toBe(ACCESS_ACCEPT);
    // Response, Identity
    const eap = Buffer.from([2, 1, 0, 9, 1, ...Buffer.from('budi')]);
    const challenge = await client.ask(
      signed(
        accessRequest(201, [
          [NAME, 'budi'],
          [CALLING_STATION, '02-00-00-00-00-01'],
          [EAP_MESSAGE, eap],
        ]),
      ),
    );
    expect(codeOf(challenge)).toBe(ACCESS_CHALLENGE);
  });

  it('are as many as one process can hold, each heard', async () => {
    const { who } = await add(isps[0], 71);
    const clients: RadsecClient[] = [];
    for (let index = 0; index < 300; index++) clients.push(await connect(who));
    const answers = await Promise.all(clients.map((client, index) => client.account(START, `many-${index}`, [[NAME, 'budi']])));
    expect(new Set(answers.map(codeOf))).toEqual(new Set([ACCOUNTING_RESPONSE]));
  });

  it('leave no password and no key in the log', () => {
    expect(scenario.server.log('radsec')).not.toMatch(/rahasia|PRIVATE/);
    expect(readFileSync(join(scenario.server.runDir, 'radsec', 'ca.pem'), 'utf8')).not.toContain('PRIVATE');
  });
});

/** With the Message-Authenticator that RFC 3579 and RFC 5997 ask for. */
function signed(packet: Buffer, code = 1): Buffer {
  const attribute = Buffer.concat([Buffer.from([MESSAGE_AUTHENTICATOR, 18]), Buffer.alloc(16)]);
  const whole = Buffer.concat([packet, attribute]);
  whole[0] = code;
  whole.writeUInt16BE(whole.length, 2);
  messageAuthenticator(whole, 'radsec').copy(whole, whole.length - 16);
  return whole;
}

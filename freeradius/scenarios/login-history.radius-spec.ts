import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:dgram';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loginBacklog } from '@jala/radius';
import { ACCESS_REJECT, CALLING_STATION, papRequest, type RawAttribute, socketAt } from './support/raw-packets';
import { inParallel, type Isp, type Router, Scenario } from './support/scenario';

jest.setTimeout(60_000);

const CALLED_STATION = 30;
const ADDRESS = '127.0.11.1';

describe('the login history', () => {
  let scenario: Scenario;
  let isp: Isp;
  let other: Isp;
  let router: Router;
  let socket: Socket;
  let id = 0;

  const folder = (): string => join(scenario.server.runDir, 'spool', 'logins');
  const rows = <T>(where: string, of = isp): Promise<T[]> => of.query<T>(`SELECT * FROM radpostauth WHERE ${where} ORDER BY id`);
  const refused = (username: string | Buffer, more: readonly RawAttribute[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = papRequest(id++ & 255, '', 'x', router.client.secret, more);
      // With a name that is no text: the helper above writes one.
      const packet = Buffer.concat([request.subarray(0, 20), attribute(1, username), request.subarray(22)]);
      packet.writeUInt16BE(packet.length, 2);
      socket.once('message', (answer) => (answer[0] === ACCESS_REJECT ? resolve() : reject(new Error(`answer ${answer[0]}`))));
      socket.send(packet, scenario.server.ports.auth, '127.0.0.1');
    });

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    other = await scenario.isp();
    router = await isp.router(ADDRESS, { routerId: 7 });
    await isp.user('budi', { sharedUsers: null });
    socket = await socketAt(ADDRESS);
  });
  afterAll(async () => {
    socket.close();
    await scenario.stop();
  });

  it('has the router, the device, the service, and whether the request was signed', async () => {
    const stations = { 'Called-Station-Id': 'hotspot one', 'Calling-Station-Id': 'ac-de-48-00-00-01' };
    await router.login('budi', 'rahasia', { attributes: stations });
    await router.login('budi', 'rahasia', { attributes: { 'Message-Authenticator': { raw: '0x00' } } });
    await scenario.stored();
    expect(await rows("username = 'budi'")).toMatchObject([
      {
        pass: '',
        reply: 'Access-Accept',
        reason: '',
        nasipaddress: ADDRESS,
        router_id: 7,
        callingstationid: 'AC:DE:48:00:00:01',
        calledstationid: 'hotspot one',
        message_authenticator: 0,
      },
      { callingstationid: '', calledstationid: '', message_authenticator: 1 },
    ]);
    const [{ authdate }] = (await rows<{ authdate: Date }>("username = 'budi'")) as [{ authdate: Date }];
    expect(Math.abs(authdate.getTime() - Date.now())).toBeLessThan(10_000);
    expect(statSync(folder()).mode & 0o077).toBe(0);
  });

  it('takes every byte that a router can send, and none of it for a line of its own', async () => {
    const forged = `${Math.floor(Date.now() / 1_000)} ${other.tenant.context.db} 1 Access-Accept 0 0 1.2.3.4    `;
    const sent: readonly (readonly [string | Buffer, string])[] = [
      [`x\n${forged}\n`, `x\n${forged}\n`],
      [
        Buffer.from(Array.from({ length: 127 }, (_, index) => index + 1)),
        String.fromCharCode(...Array.from({ length: 127 }, (_, n) => n + 1)),
      ],
      [`o'neil "so" \\ \\n \t %{User-Password} \${x}`, `o'neil "so" \\ \\n \t %{User-Password} \${x}`],
      [Buffer.from([0x61, 0, 0x62]), 'a?b'],
      [Buffer.from([0x61, 0xff, 0x62]), 'a?b'],
      ['é☃😀'.repeat(20), 'é☃😀'.repeat(20)],
      ['n'.repeat(253), 'n'.repeat(253)],
      [Buffer.alloc(253, 0xfe), '?'.repeat(253)],
    ];
    for (const [index, [value]] of sent.entries())
      await refused(value, [
        [CALLING_STATION, value],
        [CALLED_STATION, Buffer.from(`hostile-${index}`)],
      ]);
    await refused(`x\n${forged}`, [[CALLED_STATION, Buffer.from(`y\n${forged}\n`)]]);
    await scenario.stored();
    const stored = await rows<{ username: string; callingstationid: string; reason: string }>("calledstationid LIKE 'hostile-%'");
    const cut = (text: string, length: number): string => [...text].slice(0, length).join('');
    expect(stored.map((row) => [row.username, row.callingstationid])).toEqual(sent.map(([, text]) => [cut(text, 64), cut(text, 50)]));
    expect(await rows('1 = 1', other)).toEqual([]);
    expect(existsSync(join(scenario.server.runDir, 'spool', 'dead'))).toBe(false);
  });

  it('is not in the way of logins when it cannot be written', async () => {
    await scenario.stored();
    renameSync(folder(), `${folder()}-aside`);
    writeFileSync(folder(), 'in the way');
    try {
      const answers = await inParallel(Array.from({ length: 6 }), (_, index) => router.login('budi', index % 2 ? 'rahasia' : 'wrong'));
      expect(answers.map(({ answer }) => answer)).toEqual(['reject', 'accept', 'reject', 'accept', 'reject', 'accept']);
    } finally {
      rmSync(folder());
    }
    // And writes it again when it can, also where its directory has to be made anew.
    await router.login('budi', 'rahasia', { attributes: { 'Called-Station-Id': 'afterwards' } });
    await scenario.stored();
    expect(await rows("calledstationid = 'afterwards'")).toHaveLength(1);
    mkdirSync(folder(), { recursive: true });
  });

  it('is complete and stored once while a worker takes it away over and over', async () => {
    let running = true;
    const taking = (async () => {
      while (running) {
        await scenario.stored();
        await sleep(20);
      }
    })();
    const many = Array.from({ length: 400 }, (_, index) => `n${index}`);
    await inParallel(many, (service) => router.login('budi', 'rahasia', { attributes: { 'Called-Station-Id': service } }), 16);
    running = false;
    await taking;
    await scenario.stored();
    const stored = await rows<{ calledstationid: string }>("calledstationid REGEXP '^n[0-9]+$'");
    expect(stored.map(({ calledstationid }) => calledstationid).sort()).toEqual([...many].sort());
  });

  it('waits where it is written while nobody takes it, and says how much of it there is', async () => {
    await router.login('budi', 'rahasia');
    await router.login('budi', 'rahasia');
    const waiting = await loginBacklog(scenario.server.runDir);
    expect(waiting.records).toBe(2);
    expect(waiting.bytes).toBe(statSync(join(folder(), 'history')).size);
    expect(Math.abs((waiting.oldestAt ?? 0) - Date.now() / 1_000)).toBeLessThan(10);
    expect(readFileSync(join(folder(), 'history'), 'latin1')).not.toContain('budi');
    await scenario.stored();
    await sleep(2_500);
    await scenario.stored();
    expect(readdirSync(folder()).filter((name) => name !== 'spool-id')).toEqual([]);
  });
});

function attribute(type: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([type, bytes.length + 2]), bytes]);
}

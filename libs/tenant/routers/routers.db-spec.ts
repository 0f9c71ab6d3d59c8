import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Actor, DomainError, systemActor } from '@jala/contracts';
import { SecretBox } from '@jala/infra/crypto';
import { QueueModule } from '@jala/infra/queue';
import {
  type CertificateHolder,
  PlanLimits,
  type RegisteredRouter,
  type RouterCertificate,
  RouterCertificates,
  type RouterClaim,
  RouterPublisher,
  RouterRegistry,
  type RouterTrouble,
} from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
} from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { radiusEntities } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { RadsecCertificatesService, routersEntities, RoutersModule, RoutersService, type RouterView } from './index';
import { RouterPublicationService } from './router-publication.service';

/** The platform's side, in memory: its own behaviour is tested in libs/central/routers. */
class Platform extends RouterRegistry implements RouterPublisher {
  readonly claims = new Map<number, RouterClaim & { address: string }>();
  readonly published: RegisteredRouter[] = [];
  readonly withdrawn: string[] = [];
  readonly seen = new Map<number, RouterTrouble>();
  failure: Error | undefined;
  private lastId = 0;

  async claim(claim: RouterClaim): Promise<{ registryId: number; address: string }> {
    const id = ++this.lastId;
    const address = claim.address ?? `240.0.0.${id}`;
    if ([...this.claims.values()].some((other) => other.address === address)) throw new DomainError('ROUTER_ADDRESS_TAKEN');
    this.claims.set(id, { ...claim, address });
    return { registryId: id, address };
  }
  async release(_tenantId: number, registryId: number): Promise<void> {
    this.claims.delete(registryId);
  }
  async publish(router: RegisteredRouter): Promise<void> {
    if (this.failure) throw this.failure;
    this.published.push(router);
  }
  async withdraw(_registryId: number, address: string): Promise<void> {
    this.withdrawn.push(address);
  }
  async troubles(): Promise<ReadonlyMap<number, RouterTrouble>> {
    return this.seen;
  }
  async unconfirmed(): Promise<number[]> {
    return [...this.claims.keys()];
  }
  get addresses(): string[] {
    return [...this.claims.values()].map(({ address }) => address).sort();
  }
}

/** The CA, in memory: what it issues is tested in libs/central. */
class Authority extends RouterCertificates {
  readonly issued: (RouterCertificate & CertificateHolder)[] = [];

  async authority(): Promise<string> {
    return 'PEM';
  }
  async list(holder: CertificateHolder): Promise<RouterCertificate[]> {
    return this.issued.filter((one) => one.registryId === holder.registryId);
  }
  async issue(holder: CertificateHolder, issuedBy: string): Promise<{ certificate: RouterCertificate; pkcs12: Buffer }> {
    const id = this.issued.length + 1;
    const certificate = {
      id,
      serial: `5${id}`,
      commonName: `router-${holder.registryId}.${id}`,
      issuedAt: new Date('2026-01-01T00:00:00.000Z'),
      issuedBy,
      expiresAt: new Date('2029-01-01T00:00:00.000Z'),
      revokedAt: null,
      revokedBy: null,
    };
    this.issued.push({ ...certificate, ...holder });
    return { certificate, pkcs12: Buffer.from('file') };
  }
  async revoke(holder: CertificateHolder, id: number, revokedBy: string): Promise<RouterCertificate> {
    const found = this.issued.find((one) => one.id === id && one.registryId === holder.registryId);
    if (!found) throw new DomainError('ROUTER_CERTIFICATE_NOT_FOUND', { id });
    return Object.assign(found, { revokedAt: new Date('2026-01-01T00:00:00.000Z'), revokedBy });
  }
  async discard(_holder: CertificateHolder, id: number): Promise<void> {
    this.issued.splice(id - 1, 1);
  }
}

let maximum: number | null = null;
const limits: Pick<PlanLimits, 'maximum' | 'assertRoom'> = {
  maximum: async () => maximum,
  assertRoom: async (_limit, present) => {
    if (maximum !== null && present + 1 > maximum) throw new DomainError('PLAN_LIMIT_REACHED');
  },
};
const platform = new Platform();
const authority = new Authority();

@Global()
@Module({
  providers: [
    { provide: PlanLimits, useValue: limits },
    { provide: RouterRegistry, useValue: platform },
    { provide: RouterPublisher, useValue: platform },
    { provide: RouterCertificates, useValue: authority },
  ],
  exports: [PlanLimits, RouterRegistry, RouterPublisher, RouterCertificates],
})
class PortsModule {}

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };

describe('routers in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let routers: RoutersService;
  let publication: RouterPublicationService;
  let certificates: RadsecCertificatesService;
  const clock = new FixedClock(new Date('2026-01-01T00:00:00.000Z'));

  const rows = <T = Record<string, unknown>>(sql: string): Promise<T[]> => tenant.run(() => tenancy.database.query<T[]>(sql));
  const jobs = async (): Promise<string[]> => (await rows<{ job: string }>('SELECT job FROM outbox ORDER BY id')).map(({ job }) => job);
  const add = (over: object = {}): ReturnType<RoutersService['create']> =>
    tenant.run(() => routers.create(actor, { name: 'Tower', address: '192.0.2.1', ...over }));
  const get = (id: number): Promise<RouterView> => tenant.run(() => routers.get(actor, id));
  const registryIdOf = async (id: number): Promise<number> =>
    (await rows<{ registry_id: number }>(`SELECT registry_id FROM routers WHERE id = ${id}`))[0]!.registry_id;
  const publish = async (id: number): Promise<void> => {
    const registryId = await registryIdOf(id);
    await tenant.run(() => publication.publish(id, registryId));
  };

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...routersEntities] });
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), QueueModule, PortsModule, RoutersModule],
    }).compile();
    app = await module.init();
    routers = app.get(RoutersService, { strict: false });
    certificates = app.get(RadsecCertificatesService, { strict: false });
    publication = app.get(RouterPublicationService, { strict: false });
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    maximum = null;
    platform.claims.clear();
    authority.issued.length = 0;
    platform.published.length = platform.withdrawn.length = 0;
    platform.failure = undefined;
    tenant = await tenancy.create();
    await rows("INSERT INTO settings (name, timezone, currency, locale) VALUES ('ISP', 'Asia/Jakarta', 'IDR', 'id')");
  });
  afterEach(() => jest.restoreAllMocks());

  it('says of a router what its logins and the platform saw of it', async () => {
    const { router } = await add();
    expect(router).toMatchObject({ signature: null, wrongSecretAt: null, unsignedRefusedAt: null });
    await rows(`INSERT INTO radpostauth (username, reply, router_id, authdate, message_authenticator, reason) VALUES
      ('budi', 'Access-Accept', ${router.id}, '2026-01-01 10:00:00', 1, ''),
      ('budi', 'Access-Reject', ${router.id}, '2026-01-01 09:00:00', 0, 'unreadable password (wrong RADIUS secret on the router?)')`);
    const earlier = new Date('2026-01-01T08:00:00Z');
    platform.seen.set(await registryIdOf(router.id), { wrongSecretAt: earlier, unsignedRefusedAt: earlier });
    expect(await get(router.id)).toMatchObject({
      signature: 'partly',
      wrongSecretAt: new Date('2026-01-01T09:00:00Z'),
      unsignedRefusedAt: earlier,
    });
    platform.seen.clear();
  });

  it('claims the address, keeps the secret sealed and asks for publication', async () => {
    const { router, secret } = await add();
    expect(secret).toMatch(/^[2-9A-Za-z]{32}$/);
    expect([platform.addresses, router.publishedAt, await jobs()]).toEqual([['192.0.2.1'], null, ['router.publish']]);
    const everything = JSON.stringify([
      await rows('SELECT * FROM routers'),
      await rows('SELECT * FROM activity_log'),
      await rows('SELECT * FROM outbox'),
    ]);
    expect(everything).not.toContain(secret);
    expect(await tenant.run(() => routers.contact(router.id))).toMatchObject({ address: '192.0.2.1', coaPort: 3799, secret });
  });

  it.each<[string, object, () => void, string]>([
    ['its name is taken', { name: 'First' }, () => undefined, 'ROUTER_NAME_TAKEN'],
    ['the plan has no room', {}, () => void (maximum = 1), 'PLAN_LIMIT_REACHED'],
    [
      'the activity cannot be recorded',
      {},
      () => void jest.spyOn(ActivityLog.prototype, 'record').mockRejectedValue(new DomainError('BUSY')),
      'BUSY',
    ],
  ])('gives the address back and writes nothing when %s', async (_, over, prepare, code) => {
    await add({ name: 'First', address: '192.0.2.9' });
    prepare();
    await expect(add(over)).rejects.toMatchObject({ code });
    expect([platform.addresses, (await rows('SELECT 1 FROM routers')).length, await jobs()]).toEqual([
      ['192.0.2.9'],
      1,
      ['router.publish'],
    ]);
  });

  it('tells the router’s row how publishing went', async () => {
    const { router, secret } = await add();
    platform.failure = new Error('disk full');
    await expect(publish(router.id)).rejects.toThrow('disk full');
    expect(await get(router.id)).toMatchObject({ publishedAt: null, publishError: 'disk full' });
    platform.failure = undefined;
    await publish(router.id);
    expect(await get(router.id)).toMatchObject({ publishedAt: clock.now(), publishError: null });
    expect(platform.published).toMatchObject([{ tenantId: tenant.context.id, routerId: router.id, address: '192.0.2.1', secret }]);
  });

  it('publishes again what FreeRADIUS must know, and nothing else', async () => {
    const { router } = await add();
    await publish(router.id);
    await tenant.run(() => routers.update(actor, router.id, { location: 'Hill', notes: 'steep', coaPort: 1700 }));
    expect([(await get(router.id)).publishedAt, await jobs()]).toEqual([clock.now(), ['router.publish']]);
    await tenant.run(() => routers.update(actor, router.id, { secret: 'another-secret-123' }));
    expect([(await get(router.id)).publishedAt, await jobs()]).toEqual([null, ['router.publish', 'router.publish']]);
  });

  it('is not said to be published when it changed while that went on', async () => {
    const { router } = await add();
    jest.spyOn(platform, 'publish').mockImplementationOnce(async () => {
      await routers.update(actor, router.id, { secret: 'changed-meanwhile-1' });
    });
    await publish(router.id);
    expect((await get(router.id)).publishedAt).toBeNull();
  });

  it('moves to another address: the new one is claimed first, the old one given back last', async () => {
    const { router, secret } = await add();
    const old = await registryIdOf(router.id);
    const moved = await tenant.run(() => routers.update(actor, router.id, { address: '192.0.2.2' }));
    expect([moved.address, platform.addresses, await jobs()]).toEqual([
      '192.0.2.2',
      ['192.0.2.2'],
      ['router.publish', 'router.publish', 'router.unpublish'],
    ]);
    // The job of the old claim comes late: it neither publishes nor touches the new one.
    await tenant.run(() => publication.publish(router.id, old));
    expect(platform.published).toEqual([]);
    await tenant.run(() => publication.unpublish(old, '192.0.2.1'));
    expect([platform.withdrawn, platform.addresses]).toEqual([['192.0.2.1'], ['192.0.2.2']]);
    await publish(router.id);
    expect(platform.published).toMatchObject([{ address: '192.0.2.2', secret }]);
  });

  it('keeps its address when the new one is taken', async () => {
    const { router } = await add();
    await platform.claim({
      tenantId: 99,
      connection: 'udp',
      address: '192.0.2.2',
      secret: 'x',
      name: 'Other',
      requireMessageAuthenticator: false,
    });
    await expect(tenant.run(() => routers.update(actor, router.id, { address: '192.0.2.2' }))).rejects.toMatchObject({
      code: 'ROUTER_ADDRESS_TAKEN',
    });
    expect((await get(router.id)).address).toBe('192.0.2.1');
  });

  it('leaves one consistent router when two people move it at once', async () => {
    const { router } = await add();
    await Promise.all(['192.0.2.2', '192.0.2.3'].map((address) => tenant.run(() => routers.update(actor, router.id, { address }))));
    const { address } = await get(router.id);
    expect(platform.addresses).toEqual([address]);
    expect((await tenant.run(() => routers.contact(router.id)))?.secret).toBeDefined();
  });

  describe('over RadSec', () => {
    const addRadsec = () => add({ connection: 'radsec', address: undefined });
    const change = (id: number, fields: object) => tenant.run(() => routers.update(actor, id, fields));

    it('need no address, show none, and cannot be reached by CoA', async () => {
      const { router } = await addRadsec();
      expect(router).toMatchObject({ connection: 'radsec', address: null });
      expect(await tenant.run(() => routers.contact(router.id))).toMatchObject({ address: null });
      expect(await rows("SELECT subject_label FROM activity_log WHERE action = 'router.created'")).toEqual([
        { subject_label: 'Tower (RadSec)' },
      ]);
      await publish(router.id);
      expect(platform.published).toMatchObject([{ connection: 'radsec', address: expect.stringMatching(/^240\./) as string }]);
      await expect(add({ name: 'Other', connection: 'radsec' })).rejects.toMatchObject({ fields: { address: [{ code: 'not_used' }] } });
      await expect(add({ name: 'Other', address: undefined })).rejects.toMatchObject({ fields: { address: [{ code: 'required' }] } });
    });

    it('change over from UDP and back, by a claim of the other kind', async () => {
      const { router } = await add();
      expect(await change(router.id, { connection: 'radsec' })).toMatchObject({ connection: 'radsec', address: null });
      expect(platform.addresses).toEqual([expect.stringMatching(/^240\./)]);
      expect(await change(router.id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed', address: null });
      expect(platform.claims.size).toBe(1);
      await expect(change(router.id, { connection: 'udp' })).rejects.toMatchObject({ fields: { address: [{ code: 'required' }] } });
      expect(await change(router.id, { connection: 'udp', address: '192.0.2.9' })).toMatchObject({ address: '192.0.2.9' });
      expect(platform.addresses).toEqual(['192.0.2.9']);
    });

    it('have certificates, issued and revoked on record, of which neither key nor password is kept', async () => {
      const { router } = await addRadsec();
      const { password, pkcs12, certificate } = await tenant.run(() => certificates.issue(actor, router.id));
      expect([password.length, pkcs12.toString(), certificate.state]).toEqual([28, 'file', 'valid']);
      await tenant.run(() => certificates.revoke(actor, router.id, certificate.id));
      expect(await tenant.run(() => certificates.list(actor, router.id))).toMatchObject([{ state: 'revoked', revokedBy: actor.name }]);
      expect(await jobs()).toEqual(['router.publish', 'router.publish', 'router.publish']);
      expect(await rows("SELECT action FROM activity_log WHERE action LIKE 'router.certificate%' ORDER BY id")).toEqual([
        { action: 'router.certificate_issued' },
        { action: 'router.certificate_revoked' },
      ]);
      const everything = JSON.stringify([await rows('SELECT * FROM activity_log'), await rows('SELECT * FROM outbox')]);
      expect(everything).not.toContain(password);
    });

    it('take the certificate back when it could not be recorded', async () => {
      const { router } = await addRadsec();
      jest.spyOn(ActivityLog.prototype, 'record').mockRejectedValueOnce(new Error('full'));
      await expect(tenant.run(() => certificates.issue(actor, router.id))).rejects.toThrow('full');
      expect(authority.issued).toEqual([]);
    });

    it('are the only ones that have certificates', async () => {
      const { router } = await add();
      expect(await tenant.run(() => certificates.list(actor, router.id))).toEqual([]);
      await expect(tenant.run(() => certificates.issue(actor, router.id))).rejects.toMatchObject({ code: 'ROUTER_NOT_RADSEC' });
      await expect(tenant.run(() => certificates.issue(actor, 999))).rejects.toMatchObject({ code: 'ROUTER_NOT_FOUND' });
      await expect(tenant.run(() => certificates.revoke(actor, router.id, 1))).rejects.toMatchObject({
        code: 'ROUTER_CERTIFICATE_NOT_FOUND',
      });
    });
  });

  it('is gone with its claim when removed', async () => {
    const { router } = await add();
    await tenant.run(() => routers.remove(actor, router.id));
    expect([platform.addresses, await jobs()]).toEqual([[], ['router.publish', 'router.unpublish']]);
    await expect(get(router.id)).rejects.toMatchObject({ code: 'ROUTER_NOT_FOUND' });
  });

  it('reveals the secret on record only', async () => {
    const { router, secret } = await add();
    expect(await tenant.run(() => routers.revealSecret(actor, router.id))).toBe(secret);
    expect(await rows("SELECT subject_id FROM activity_log WHERE action = 'router.secret_revealed'")).toEqual([{ subject_id: router.id }]);
    jest.spyOn(ActivityLog.prototype, 'record').mockRejectedValue(new Error('full'));
    await expect(tenant.run(() => routers.revealSecret(actor, router.id))).rejects.toThrow('full');
  });

  it('seals every secret anew when the key has changed', async () => {
    const { router, secret } = await add();
    const [before] = await rows('SELECT secret_enc FROM routers');
    expect(await tenant.run(() => routers.rotateSecrets())).toBe(0);
    // The first question is the service's own, the second that of SecretBox.rotate.
    jest.spyOn(SecretBox.prototype, 'needsRotation').mockReturnValueOnce(true).mockReturnValueOnce(true);
    expect(await tenant.run(() => routers.rotateSecrets())).toBe(1);
    expect(await rows('SELECT secret_enc FROM routers')).not.toEqual([before]);
    expect((await tenant.run(() => routers.contact(router.id)))?.secret).toBe(secret);
  });

  it('settles claims: confirmed where a router came of it, given back where none did', async () => {
    await add();
    await platform.claim({
      tenantId: tenant.context.id,
      connection: 'udp',
      address: '192.0.2.7',
      secret: 'x',
      name: 'Lost',
      requireMessageAuthenticator: false,
    });
    await tenant.run(() => publication.settleClaims(clock.now()));
    expect([platform.addresses, await jobs()]).toEqual([['192.0.2.1'], ['router.publish', 'router.publish']]);
  });

  it('shows what a router carries and when it was heard of, for all of them at once', async () => {
    const { router } = await add();
    await add({ name: 'Silent', address: '192.0.2.2' });
    const at = "'2026-01-01 00:00:00'";
    for (const [id, user] of [
      ['a', 'budi'],
      ['b', 'siti'],
    ]) {
      await rows(
        `INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctupdatetime, router_id) VALUES ('${id}', '${id}', '${user}', ${at}, ${at}, ${router.id})`,
      );
    }
    const page = await tenant.run(() => routers.list(actor, { page: 1, perPage: 10, order: 'asc', sort: 'name' }));
    expect(page.rows.map(({ name, sessionsOnline, lastSeenAt }) => [name, sessionsOnline, lastSeenAt])).toEqual([
      ['Silent', 0, null],
      ['Tower', 2, clock.now()],
    ]);
    expect(JSON.stringify(page)).not.toMatch(/secret(?!At)/i);
  });
});

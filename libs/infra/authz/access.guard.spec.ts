import { Controller, Get, Global, Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import jwt from 'jsonwebtoken';
import { createSecretKey, randomBytes } from 'node:crypto';
import { DomainError, type Actor, type Permission } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import { TenantScope, type TenantContext } from '@jala/infra/tenancy';
import {
  type AccessClaims,
  Authenticated,
  AuthzModule,
  Can,
  CurrentActor,
  isAllowed,
  type Principal,
  PrincipalResolver,
  Public,
  routesOf,
} from '.';

const tenant = (id: number): TenantContext => ({
  id,
  slug: `isp${id}`,
  db: `t_isp${id}`,
  host: 'default',
  timezone: 'Asia/Jakarta',
  currency: 'IDR',
  locale: 'id',
});

@Controller('tenant/customers')
@Can('customers.view')
class CustomersProbe {
  @Get()
  list(@CurrentActor() actor: Actor): { name: string } {
    return { name: actor.name };
  }

  @Get('secret')
  @Can('settings.manage')
  secret(): string {
    return 'secret';
  }
}

@Controller('platform')
class PlatformProbe {
  @Get('overview')
  @Can('overview.view')
  overview(): string {
    return 'overview';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
}

@Controller('me')
class MeProbe {
  @Get()
  @Authenticated()
  me(@CurrentActor() actor: Actor): { role: string } {
    return { role: actor.role };
  }
}

const secret = randomBytes(32);
const resolved: AccessClaims[] = [];
const ended = new Set(['ended']);

class Resolver extends PrincipalResolver {
  async resolve(claims: AccessClaims): Promise<Principal> {
    resolved.push(claims);
    if (ended.has(claims.sid)) throw new DomainError('UNAUTHENTICATED');
    const permissions: Permission[] = claims.aud === 'platform' ? ['overview.view'] : ['customers.view'];
    return {
      audience: claims.aud,
      tenantId: claims.tid,
      accountId: Number(claims.sub),
      sessionId: claims.sid,
      actor: { kind: claims.aud, id: Number(claims.sub), name: 'Siti', role: 'cashier', permissions: new Set(permissions) },
    };
  }
}

@Global()
@Module({
  providers: [
    { provide: AppConfig, useValue: { jwtKey: createSecretKey(secret) } },
    { provide: PrincipalResolver, useClass: Resolver },
  ],
  exports: [AppConfig, PrincipalResolver],
})
class KeysModule {}

@Module({ imports: [KeysModule, AuthzModule], controllers: [CustomersProbe, PlatformProbe, MeProbe] })
class ProbeModule {}

const sign = (claims: Partial<Record<keyof AccessClaims, unknown>>, key = secret, options: jwt.SignOptions = {}): string =>
  jwt.sign({ sid: 'live', ver: 1, ...claims }, createSecretKey(key), { algorithm: 'HS256', expiresIn: 60, ...options });

const platformToken = (): string => sign({ sub: '1', aud: 'platform', tid: null });
const tenantToken = (tid: number): string => sign({ sub: '7', aud: 'tenant', tid });

describe('the access guard', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [ProbeModule] }).compile();
    app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    app.setGlobalPrefix('api');
    // What the HTTP entrance does with the host of a request.
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', (request, _reply, done) => {
        const id = request.headers['x-test-tenant'];
        if (id) void TenantScope.run(tenant(Number(id)), async () => done());
        else done();
      });
    app.useGlobalFilters({
      catch(error: unknown, host) {
        const reply = host.switchToHttp().getResponse<{ code(status: number): { send(body: unknown): void } }>();
        reply.code(error instanceof DomainError ? 400 : 500).send({ code: error instanceof DomainError ? error.code : String(error) });
      },
    });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });

  afterAll(() => app.close());

  const get = async (url: string, token?: string, onTenant?: number): Promise<unknown> => {
    const response = await app.inject({
      url,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(onTenant ? { 'x-test-tenant': String(onTenant) } : {}) },
    });
    return response.statusCode === 200 ? response.payload : response.json<{ code: string }>().code;
  };

  it('lets a permitted person in and says who they are', async () => {
    expect(await get('/api/tenant/customers', tenantToken(4), 4)).toBe('{"name":"Siti"}');
    expect(await get('/api/platform/overview', platformToken())).toBe('overview');
  });

  it('refuses what the person has no permission for', async () => {
    expect(await get('/api/tenant/customers/secret', tenantToken(4), 4)).toBe('FORBIDDEN');
  });

  it('refuses missing, forged, expired and unsigned tokens alike', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${tenantToken(4).split('.')[1]}.`;
    for (const token of [
      undefined,
      sign({ sub: '7', aud: 'tenant', tid: 4 }, randomBytes(32)),
      sign({ sub: '7', aud: 'tenant', tid: 4 }, secret, { expiresIn: -1 }),
      sign({ sub: '7', aud: 'tenant', tid: 4 }, secret, { algorithm: 'HS512' }),
      unsigned,
    ]) {
      expect(await get('/api/tenant/customers', token, 4)).toBe('UNAUTHENTICATED');
    }
  });

  it('refuses tokens whose claims are not those of an access token', async () => {
    for (const claims of [
      { sub: '7', aud: 'tenant', tid: null },
      { sub: '7; drop', aud: 'tenant', tid: 4 },
      { sub: '1', aud: 'platform', tid: 4 },
      { sub: '1', aud: 'portal', tid: 4 },
      { sub: '7', aud: 'tenant', tid: 4, ver: 'x' },
    ]) {
      expect(await get('/api/me', sign(claims), 4)).toBe('UNAUTHENTICATED');
    }
  });

  it('asks at every request whether the session of a token goes on, and whether the token is for this host', async () => {
    const token = sign({ sub: '7', aud: 'tenant', tid: 4, sid: 'soon over' });
    expect(await get('/api/me', token, 4)).toBe('{"role":"cashier"}');
    expect(await get('/api/me', token, 4)).toBe('{"role":"cashier"}');
    expect(await get('/api/tenant/customers/secret', token, 4)).toBe('FORBIDDEN');
    expect(await get('/api/me', token, 5)).toBe('NOT_FOUND');
    expect(await get('/api/me', token)).toBe('NOT_FOUND');
    ended.add('soon over');
    expect(await get('/api/me', token, 4)).toBe('UNAUTHENTICATED');
  });

  it('answers 404 to another tenant’s token, and looks nobody up', async () => {
    resolved.length = 0;
    expect(await get('/api/tenant/customers', tenantToken(5), 4)).toBe('NOT_FOUND');
    expect(await get('/api/me', tenantToken(5), 4)).toBe('NOT_FOUND');
    expect(await get('/api/tenant/customers', platformToken(), 4)).toBe('NOT_FOUND');
    expect(await get('/api/me', tenantToken(4))).toBe('NOT_FOUND');
    expect(resolved).toEqual([]);
  });

  it('hides each audience’s routes on the other’s host, public ones too', async () => {
    expect(await get('/api/platform/overview', platformToken(), 4)).toBe('NOT_FOUND');
    expect(await get('/api/platform/open', undefined, 4)).toBe('NOT_FOUND');
    expect(await get('/api/tenant/customers', tenantToken(4))).toBe('NOT_FOUND');
    expect(await get('/api/platform/open')).toBe('open');
  });

  it('serves a person’s own account on both kinds of host', async () => {
    expect(await get('/api/me', tenantToken(4), 4)).toBe('{"role":"cashier"}');
    expect(await get('/api/me', platformToken())).toBe('{"role":"cashier"}');
    expect(await get('/api/me', sign({ sub: '7', aud: 'tenant', tid: 4, sid: 'ended' }), 4)).toBe('UNAUTHENTICATED');
  });
});

describe('a route that declares nothing', () => {
  @Controller('forgotten')
  class Forgotten {
    @Get('door')
    door(): string {
      return 'open';
    }
  }

  @Module({ imports: [KeysModule, AuthzModule], controllers: [Forgotten] })
  class ForgottenModule {}

  it('stops the boot and is named', async () => {
    const testing = await Test.createTestingModule({ imports: [ForgottenModule] }).compile();
    const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await expect(app.init()).rejects.toThrow('GET /forgotten/door (Forgotten.door)');
    await app.close();
  });
});

describe('permissions', () => {
  it('mean exactly what they say: manage is not view', () => {
    const permissions = new Set<Permission>(['customers.manage']);
    expect(isAllowed(permissions, 'customers.manage')).toBe(true);
    expect(isAllowed(permissions, 'customers.view')).toBe(false);
    expect(isAllowed(permissions, 'settings.manage')).toBe(false);
  });

  it('deny everything to nobody', () => {
    expect(isAllowed(new Set(), 'dashboard.view')).toBe(false);
  });
});

describe('routesOf', () => {
  it('reads paths and access from the decorators, the method’s before the class’s', () => {
    expect(routesOf(CustomersProbe).map(({ method, path, access }) => [method, path, access])).toEqual([
      ['GET', '/tenant/customers', { kind: 'permission', permission: 'customers.view' }],
      ['GET', '/tenant/customers/secret', { kind: 'permission', permission: 'settings.manage' }],
    ]);
  });
});

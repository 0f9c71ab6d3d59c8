import { Secret, TOTP } from 'otpauth';
import { type Answer, type ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, type TenantInUse, uniqueSlug, until } from './support/stack';

interface Mail {
  to: string;
  subject: string;
  text: string;
}

describe('logging in over HTTP', () => {
  let stack: Stack;
  let admin: ApiClient;
  let isp: TenantInUse;
  let door: ApiClient;
  const password = 'tambak-udang-77';

  beforeAll(async () => {
    stack = sharedStack();
    admin = await stack.superadmin();
    isp = await createTenant(stack, admin);
    door = stack.tenant(isp.slug);
  }, 60_000);

  const newStaff = async (role = 'cashier'): Promise<string> => {
    const email = `${uniqueSlug('person')}@example.net`;
    const created = await isp.owner.post('/api/tenant/staff', { name: 'Siti', email, role, password });
    expect([created.status, created.text]).toEqual([201, expect.not.stringContaining('password')]);
    return email;
  };
  const browser = (): ApiClient => door.with({ headers: { 'x-token-transport': 'cookie', 'sec-fetch-site': 'same-origin' } });
  const cookieOf = (answer: Answer): string => answer.headers['set-cookie']?.[0] ?? '';
  const pair = (cookie: string): string => cookie.split(';', 1)[0] ?? '';
  const mailTo = (email: string, subject: RegExp): Promise<Mail> =>
    until(`a mail to ${email}`, async () => {
      const { body } = await stack.platform.get<{ data: Mail[] }>('/api/dev/mails');
      return body.data.find((mail) => mail.to === email && subject.test(mail.subject));
    });

  it('answers with a token, what the person may do, and nothing about the password', async () => {
    const email = await newStaff();
    const answer = await door.post('/api/login', { email, password });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      expires_in: 900,
      refresh_token: expect.any(String) as string,
      user: { email, role: 'cashier', two_factor_enabled: false, locale: 'id' },
    });
    expect(answer.body.user.permissions).toContain('vouchers.sell');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['set-cookie']).toBeUndefined();
    const me = await door.with({ token: answer.body.token }).get('/api/me');
    expect(me.body).toMatchObject({ email, tenant: { slug: isp.slug, currency: 'IDR', timezone: 'Asia/Jakarta' } });
  });

  it('serves API clients that name the tenant instead of using its host', async () => {
    const email = await newStaff();
    const client = stack.platform.with({ tenant: isp.slug });
    const answer = await client.post('/api/login', { email, password });
    expect(answer.status).toBe(200);
    expect((await client.with({ token: answer.body.token }).get('/api/tenant/customers')).status).toBe(200);
    expect((await stack.platform.post('/api/login', { email, password })).body.code).toBe('INVALID_CREDENTIALS');
  });

  it('gives browsers the refresh token in a cookie no script and no other site can use', async () => {
    const email = await newStaff();
    const login = await browser().post('/api/login', { email, password });
    expect(login.body.refresh_token).toBeUndefined();
    const cookie = cookieOf(login);
    expect(cookie).toMatch(/^jala_refresh_\d+=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/api']) expect(cookie).toContain(attribute);

    const withCookie = (headers: Record<string, string>): Promise<Answer> =>
      door.with({ headers: { cookie: pair(cookie), ...headers } }).post('/api/token/refresh', {});
    expect((await withCookie({})).body.code).toBe('REFRESH_TOKEN_INVALID');
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.localhost' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      expect((await withCookie({ 'x-token-transport': 'cookie', ...headers })).body.code).toBe('FORBIDDEN');
    }
    const refreshed = await withCookie({ 'x-token-transport': 'cookie', 'sec-fetch-site': 'same-origin' });
    expect(refreshed.status).toBe(200);
    expect(pair(cookieOf(refreshed))).not.toBe(pair(cookie));

    const session = browser().with({ token: refreshed.body.token });
    const bye = await session.post('/api/logout');
    expect([bye.status, bye.text]).toEqual([204, '']);
    expect(cookieOf(bye)).toMatch(/=; .*Expires=Thu, 01 Jan 1970/);
    expect((await session.get('/api/me')).status).toBe(401);
  });

  it('rotates refresh tokens and ends the session when an old one comes back', async () => {
    const email = await newStaff();
    const first = await door.post('/api/login', { email, password });
    const client = door.with({ headers: { 'user-agent': 'one' } });
    const second = await client.post('/api/token/refresh', { refresh_token: first.body.refresh_token });
    expect(second.status).toBe(200);
    const thief = await door
      .with({ headers: { 'user-agent': 'two' } })
      .post('/api/token/refresh', { refresh_token: first.body.refresh_token });
    expect([thief.status, thief.body.code]).toEqual([401, 'REFRESH_TOKEN_INVALID']);
    expect((await door.with({ token: second.body.token }).get('/api/me')).status).toBe(401);
  });

  it('locks after five wrong passwords and says for how long', async () => {
    const email = await newStaff();
    for (let n = 0; n < 5; n++)
      expect((await door.post('/api/login', { email, password: 'wrong-password' })).body.code).toBe('INVALID_CREDENTIALS');
    const locked = await door.post('/api/login', { email, password });
    expect([locked.status, locked.body.code, locked.headers['content-type']]).toEqual([
      423,
      'ACCOUNT_LOCKED',
      expect.stringContaining('application/problem+json') as string,
    ]);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(30);
    const { body } = await isp.owner.get(`/api/tenant/staff?search=${email}`);
    expect((await isp.owner.post(`/api/tenant/staff/${body.data[0].id}/unlock`)).body.locked_until).toBeNull();
    expect((await door.post('/api/login', { email, password })).status).toBe(200);
  });

  it('resets a forgotten password with the link from the mail, once', async () => {
    const email = await newStaff();
    for (const address of [email, 'nobody@example.net']) {
      const asked = await door.post('/api/password/forgot', { email: address });
      expect([asked.status, asked.text]).toEqual([202, '']);
    }
    const mail = await mailTo(email, /kata sandi baru/);
    const link = new URL(/https?:\/\/\S+/.exec(mail.text)?.[0] ?? '');
    expect(link.hostname).toBe(`${isp.slug}.localhost`);
    const token = link.hash.replace('#token=', '');
    const weak = await door.post('/api/password/reset', { token, password: 'short' });
    expect([weak.status, weak.body.errors.password[0].code]).toEqual([422, 'min_length']);
    expect((await door.post('/api/password/reset', { token, password: 'perahu-nelayan-88' })).status).toBe(204);
    expect((await door.post('/api/password/reset', { token, password: 'perahu-nelayan-99' })).body.code).toBe('RESET_TOKEN_INVALID');
    expect((await door.post('/api/login', { email, password: 'perahu-nelayan-88' })).status).toBe(200);
  });

  it('sets up two-factor login and asks for the code from then on', async () => {
    const email = await newStaff();
    const session = await door.login(email, password);
    expect((await session.post('/api/me/two-factor', { password: 'wrong-password' })).body.code).toBe('PASSWORD_WRONG');
    const begun = await session.post('/api/me/two-factor', { password });
    expect(begun.body.qr_svg).toContain('<svg');
    const code = (offset = 0): string =>
      new TOTP({ secret: Secret.fromBase32(begun.body.secret as string) }).generate({ timestamp: Date.now() + offset * 30_000 });
    expect((await session.post('/api/me/two-factor/confirm', { code: '000000' })).status).toBe(422);
    const confirmed = await session.post('/api/me/two-factor/confirm', { code: code() });
    expect(confirmed.body.recovery_codes).toHaveLength(10);
    expect((await door.post('/api/login', { email, password })).body.code).toBe('TWO_FACTOR_REQUIRED');
    expect((await door.post('/api/login', { email, password, code: code() })).body.code).toBe('TWO_FACTOR_INVALID');
    expect((await door.post('/api/login', { email, password, code: code(1) })).status).toBe(200);
    expect((await door.post('/api/login', { email, password, code: confirmed.body.recovery_codes[0] })).status).toBe(200);
    expect((await session.post('/api/me/two-factor/disable', { password })).status).toBe(204);
    expect((await door.post('/api/login', { email, password })).status).toBe(200);
  });

  it('lists a person’s sessions and ends one, and all of them', async () => {
    const email = await newStaff();
    const desk = await door.with({ headers: { 'user-agent': 'Desk' } }).login(email, password);
    const phone = await door.with({ headers: { 'user-agent': 'Phone' } }).login(email, password);
    const { body } = await desk.get('/api/me/sessions');
    expect(body.data.map((each: { user_agent: string; current: boolean }) => [each.user_agent, each.current])).toEqual([
      ['Phone', false],
      ['Desk', true],
    ]);
    expect((await desk.delete(`/api/me/sessions/${body.data[0].id}`)).status).toBe(204);
    expect((await phone.get('/api/me')).status).toBe(401);
    expect((await desk.get('/api/me')).status).toBe(200);
    expect((await desk.post('/api/logout/everywhere')).status).toBe(204);
    expect((await desk.get('/api/me')).status).toBe(401);
  });

  it('invites people without a password by mail', async () => {
    const email = `${uniqueSlug('dewi')}@example.net`;
    const created = await isp.owner.post('/api/tenant/staff', { name: 'Dewi', email, role: 'technician' });
    expect(created.body).toMatchObject({ invited: true, active: true });
    const mail = await mailTo(email, /sudah siap/);
    const token = /#token=(\S+)/.exec(mail.text)?.[1];
    expect((await door.post('/api/password/reset', { token, password })).status).toBe(204);
    expect((await door.post('/api/login', { email, password })).body.user.role).toBe('technician');
  });

  it('shows the owner what happened, and lets the owner change a role at once', async () => {
    const email = await newStaff('reseller');
    const session = await door.login(email, password);
    expect((await session.get('/api/tenant/customers')).status).toBe(403);
    const changed = await isp.owner.put('/api/tenant/roles/reseller', { permissions: ['dashboard.view', 'customers.view'] });
    expect(changed.status).toBe(200);
    expect((await session.get('/api/tenant/customers')).status).toBe(200);
    expect((await isp.owner.put('/api/tenant/roles/reseller', { permissions: ['tenants.manage'] })).status).toBe(422);
    const log = await isp.owner.get('/api/tenant/activity?action=role.updated');
    expect(log.body.data[0]).toMatchObject({
      actor_role: 'owner',
      subject_label: 'reseller',
      before: { permissions: ['dashboard.view', 'vouchers.sell'] },
      after: { permissions: ['customers.view', 'dashboard.view'] },
      ip: '127.0.0.1',
    });
  });

  it('says nothing about how it failed to those who send nonsense', async () => {
    for (const body of [{}, { email: 1, password: [] }, { email: 'a@b', password: 'x', role: 'owner' }]) {
      const answer = await door.post('/api/login', body);
      expect([answer.status, answer.body.code]).toEqual([422, 'VALIDATION_FAILED']);
    }
    for (const token of ['x', 'a.b.c', '', `${'A'.repeat(9_000)}.b.c`]) {
      expect((await door.with({ token }).get('/api/me')).status).toBe(401);
    }
  });
});

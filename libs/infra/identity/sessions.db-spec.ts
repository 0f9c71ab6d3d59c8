import { AsyncLocalStorage } from 'node:async_hooks';
import type { Audience } from '@jala/contracts';
import { claimsOf, type IdentityUnderTest, origin, PASSWORD, queuedMails, startIdentity } from './identity.test-kit';
import { LoginService } from './login.service';
import { type Login, SessionsService } from './sessions.service';

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );

describe.each<Audience>(['platform', 'tenant'])('sessions on a %s host', (audience) => {
  let kit: IdentityUnderTest;
  let sessions: SessionsService;

  beforeAll(async () => {
    kit = await startIdentity();
    sessions = kit.testing.get(SessionsService);
  });
  afterAll(() => kit.stop());

  const on = (test: () => Promise<void>) => (): Promise<void> => kit.on(audience, test);
  const login = async (email?: string, userAgent = 'Firefox'): Promise<Login> =>
    kit.testing.get(LoginService).login({ email: email ?? (await kit.account()).email, password: PASSWORD }, origin(undefined, userAgent));
  const refresh = (token: string, userAgent = 'Firefox'): Promise<Login> => sessions.refresh(token, origin(undefined, userAgent));
  const accepted = (which: Login): Promise<string> => failure(kit.principalOf(which));

  it(
    'rotate: each refresh token works once and leads to the next',
    on(async () => {
      const first = await login();
      kit.clock.advance(60_000);
      const second = await refresh(first.refreshToken);
      expect(second.refreshToken).not.toBe(first.refreshToken);
      expect(second.sessionId).toBe(first.sessionId);
      kit.clock.advance(60_000);
      const third = await refresh(second.refreshToken);
      expect(await accepted(third)).toBe('no error');
      expect(await accepted(first)).toBe('no error');
    }),
  );

  it(
    'end as a whole when a rotated token comes back, and the owner is told',
    on(async () => {
      const first = await login();
      const second = await refresh(first.refreshToken);
      const otherDevice = await login(first.account.email, 'Android');
      kit.clock.advance(10_001);
      expect(await failure(refresh(first.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await failure(refresh(second.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await accepted(second)).toBe('UNAUTHENTICATED');
      expect(await accepted(otherDevice)).toBe('no error');
      expect((await queuedMails(kit, first.account.email)).map(({ params }) => params['event'])).toEqual(['session-stolen']);
      const [entry] = await kit.query<{ action: string }[]>(
        "SELECT action FROM activity_log WHERE action LIKE 'session.%' ORDER BY id DESC LIMIT 1",
      );
      expect(entry?.action).toBe('session.reuse_detected');
    }),
  );

  it(
    'end for good at the commit: what somebody looked up before it is forgotten',
    on(async () => {
      const first = await login();
      const outside = AsyncLocalStorage.snapshot();
      const store = kit.stores.current();
      await store.transaction(async () => {
        await sessions.endAll(store, first.account.id);
        // Another request, between the statement and the commit: it sees a session that is still good.
        expect(await outside(() => accepted(first))).toBe('no error');
      });
      expect(await accepted(first)).toBe('UNAUTHENTICATED');
    }),
  );

  it(
    'survive two tabs that refresh at the same moment: both get the same successor',
    on(async () => {
      const first = await login();
      const [a, b] = await Promise.all([refresh(first.refreshToken), refresh(first.refreshToken)]);
      expect(a.refreshToken).toBe(b.refreshToken);
      kit.clock.advance(60_000);
      expect(await failure(refresh(b.refreshToken))).toBe('no error');
    }),
  );

  it(
    'allow that grace to the same browser only',
    on(async () => {
      const first = await login();
      await refresh(first.refreshToken);
      expect(await failure(refresh(first.refreshToken, 'curl'))).toBe('REFRESH_TOKEN_INVALID');
      expect(await accepted(first)).toBe('UNAUTHENTICATED');
    }),
  );

  it(
    'do not grant the grace once the successor has been used',
    on(async () => {
      const first = await login();
      const second = await refresh(first.refreshToken);
      await refresh(second.refreshToken);
      expect(await failure(refresh(first.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    }),
  );

  it(
    'end after thirty idle days, and after ninety however busy',
    on(async () => {
      const day = 86_400_000;
      const idle = await login();
      kit.clock.advance(30 * day + 1);
      expect(await failure(refresh(idle.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      let busy = await login();
      for (let weeks = 0; weeks < 12; weeks++) {
        kit.clock.advance(7 * day);
        busy = await refresh(busy.refreshToken);
      }
      kit.clock.advance(6 * day + 1);
      expect(await failure(refresh(busy.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    }),
  );

  it(
    'end on logging out, the access token with the refresh token',
    on(async () => {
      const session = await login();
      expect(await accepted(session)).toBe('no error');
      await sessions.endCurrent(await kit.principalOf(session));
      expect(await accepted(session)).toBe('UNAUTHENTICATED');
      expect(await failure(refresh(session.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    }),
  );

  it(
    'all end on logging out everywhere',
    on(async () => {
      const phone = await login(undefined, 'Android');
      const desk = await login(phone.account.email);
      await sessions.endEverywhere(await kit.principalOf(phone));
      for (const each of [phone, desk]) {
        expect(await accepted(each)).toBe('UNAUTHENTICATED');
        expect(await failure(refresh(each.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      }
      expect(await accepted(await login(phone.account.email))).toBe('no error');
    }),
  );

  it(
    'are listed, and one of them can be ended, by their owner alone',
    on(async () => {
      const phone = await login(undefined, 'Android');
      const desk = await login(phone.account.email);
      const stranger = await login();
      kit.clock.advance(1_000);
      await refresh(phone.refreshToken, 'Android');
      const listed = await sessions.list(await kit.principalOf(desk));
      expect(listed.map(({ id, userAgent }) => [id, userAgent])).toEqual([
        [phone.sessionId, 'Android'],
        [desk.sessionId, 'Firefox'],
      ]);
      expect(listed[0]!.lastUsedAt.getTime() - listed[0]!.startedAt.getTime()).toBe(1_000);
      expect(await failure(kit.principalOf(stranger).then((principal) => sessions.end(principal, phone.sessionId)))).toBe(
        'SESSION_NOT_FOUND',
      );
      await sessions.end(await kit.principalOf(desk), phone.sessionId);
      expect(await accepted(phone)).toBe('UNAUTHENTICATED');
      expect(await accepted(desk)).toBe('no error');
    }),
  );

  it(
    'end when the account is switched off',
    on(async () => {
      const session = await login();
      await kit.stores.current().accounts.update(session.account.id, { active: false });
      expect(await failure(refresh(session.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await accepted(session)).toBe('UNAUTHENTICATED');
    }),
  );

  it(
    'keep nothing in the database that could be used to log in',
    on(async () => {
      const session = await login();
      const stored = JSON.stringify(await kit.query<object[]>('SELECT *, HEX(token_hash) AS hex FROM refresh_tokens'));
      expect(stored).not.toContain(session.refreshToken);
      expect(claimsOf(session)).toMatchObject({ aud: audience, sid: session.sessionId, ver: 1 });
      expect(JSON.stringify(claimsOf(session))).not.toMatch(/permission|role|email/);
    }),
  );

  it(
    'refuse tokens nobody issued',
    on(async () => {
      for (const token of ['', 'x', 'A'.repeat(43), "' OR 1=1"]) expect(await failure(refresh(token))).toBe('REFRESH_TOKEN_INVALID');
    }),
  );
});

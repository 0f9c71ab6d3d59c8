import { type NasLogin, type NasSession, NasSimulator } from '../simulators/nas';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

const SECRET = 'secret-of-the-simulated-router';
let people = 0;

/** From a login by RADIUS to the end of the session on the router, with nothing between that is not real but the router. */
describe('ending and changing sessions', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let stranger: TenantInUse;
  let nas: NasSimulator;
  let routerId: number;
  let planId: number;

  const plan = async (name: string, terms: object = {}): Promise<number> => {
    const rates = { download_bps: 10_000_000, upload_bps: 5_000_000, price_minor: 0 };
    const { status, body } = await tenant.owner.post('/api/tenant/service-plans', { name, ...rates, ...terms });
    expect([status, body.name]).toEqual([201, name]);
    return body.id;
  };

  async function customer(of = planId): Promise<{ id: number; username: string; password: string }> {
    const login = { username: `coa${(people += 1)}`, password: 'kopi-tubruk-77' };
    const { body } = await tenant.owner.post('/api/tenant/customers', {
      ...login,
      name: login.username,
      service_plan_id: of,
      service_type: 'pppoe',
    });
    return { ...login, id: body.id };
  }

  const accepted = (login: NasLogin): NasSession => {
    if (login.result !== 'accept') throw new Error(`the login was answered ${JSON.stringify(login)}`);
    return login.session;
  };

  /** Logs in and waits until accounting has stored the session. */
  async function online(who: { id: number; username: string; password: string }): Promise<{ there: NasSession; id: number }> {
    const there = accepted(await nas.login({ username: who.username, password: who.password }));
    const stored = await until('the session to be stored', async () => {
      const { body } = await tenant.owner.get(`/api/tenant/customers/${who.id}/sessions`);
      return body.data.find((session: any) => session.ended_at === null);
    });
    return { there, id: stored.id };
  }

  const gone = (session: NasSession, timeoutMs?: number) => until('the end on the router', async () => nas.endedAt(session.id), timeoutMs);
  const attempts = async (query: string): Promise<any[]> => (await tenant.owner.get(`/api/tenant/coa-attempts?${query}`)).body.data;
  const inSeconds = (seconds: number): number => Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000;

  beforeAll(async () => {
    stack = sharedStack();
    const admin = await stack.superadmin();
    [tenant, stranger] = await Promise.all([createTenant(stack, admin), createTenant(stack, admin)]);
    const address = `127.21.${(tenant.id >> 8) % 256}.${tenant.id % 256}`;
    nas = await NasSimulator.start({ address, secret: SECRET, authPort: stack.run.radius.auth, acctPort: stack.run.radius.acct });
    const router = await tenant.owner.post('/api/tenant/routers', { name: 'Tower', address, secret: SECRET, coa_port: nas.coaPort });
    routerId = router.body.id;
    planId = await plan('Home');
    await until(
      'the router to be known',
      async () => (await tenant.owner.get(`/api/tenant/routers/${routerId}`)).body.published_at !== null,
    );
  }, 60_000);
  afterAll(() => nas.stop());
  afterEach(async () => {
    await nas.setMode('ack');
    await nas.honourSessionTimeout(true);
    for (const { id } of await nas.sessions()) await nas.logout(id);
  });

  it('takes a suspended customer off within two seconds, and does not let them in again', async () => {
    const siti = await customer();
    const { there, id } = await online(siti);
    const began = Date.now();
    expect((await tenant.owner.post(`/api/tenant/customers/${siti.id}/suspend`, { reason: 'unpaid' })).status).toBe(200);
    expect((await gone(there)) - began).toBeLessThan(2_000);
    expect((await nas.login({ username: siti.username, password: siti.password })).result).toBe('reject');
    const [attempt] = await until('the answer', async () => {
      const found = await attempts(`session_id=${id}`);
      return found.length > 0 && found;
    });
    expect(attempt).toMatchObject({ kind: 'disconnect', reason: 'suspended', answer: 'ack', try: 1, router: { name: 'Tower' } });
    expect(JSON.stringify(attempt)).not.toContain(SECRET);
  });

  it('ends on the second at a router that obeys no CoA', async () => {
    const siti = await customer();
    const end = inSeconds(4);
    await tenant.owner.patch(`/api/tenant/customers/${siti.id}`, { expires_at: new Date(end).toISOString() });
    await nas.setMode('ignores');
    const there = accepted(await nas.login({ username: siti.username, password: siti.password }));
    expect(there.attributes['Session-Timeout']).toBeLessThanOrEqual(5);
    expect(Math.abs((await gone(there)) - end)).toBeLessThanOrEqual(1_000);
  });

  it('ends within two seconds of the end at a router that knows no Session-Timeout', async () => {
    const siti = await customer();
    await nas.honourSessionTimeout(false);
    const { there } = await online(siti);
    const end = inSeconds(3);
    await tenant.owner.patch(`/api/tenant/customers/${siti.id}`, { expires_at: new Date(end).toISOString() });
    const late = (await gone(there)) - end;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(2_000);
  });

  it('ends a session soon after the report that reaches the quota', async () => {
    const siti = await customer(await plan('A megabyte', { quota_bytes: 1_000_000 }));
    const { there, id } = await online(siti);
    // The first report comes a minute after the login in life; the watch has seen the session by then.
    await until('the watch to have seen it', async () => {
      await new Promise((resolve) => setTimeout(resolve, 21_000));
      return true;
    });
    const began = Date.now();
    expect(await nas.interim(there.id, { output: 1_000_000 })).toEqual({ acknowledged: true });
    // A second at most until the report is read from the spool, and two until the router has been told.
    expect((await gone(there)) - began).toBeLessThan(3_000);
    expect(await attempts(`session_id=${id}`)).toMatchObject([{ kind: 'disconnect', reason: 'quota-reached' }]);
  }, 60_000);

  it('changes a running session to another plan', async () => {
    const siti = await customer();
    const { there } = await online(siti);
    expect(there.attributes['Mikrotik-Rate-Limit']).toBe('5M/10M');
    const fast = await plan('Fast', { download_bps: 50_000_000, upload_bps: 20_000_000 });
    await tenant.owner.patch(`/api/tenant/customers/${siti.id}`, { service_plan_id: fast });
    await until('the new rate', async () =>
      (await nas.sessions()).some(({ id, attributes }) => id === there.id && attributes['Mikrotik-Rate-Limit'] === '20M/50M'),
    );
  });

  it('says what a change of a plan touches, brings it to a running session, and to nobody of another tenant', async () => {
    const id = await plan('Changing');
    const [rina, other] = [await customer(id), await customer()];
    const [{ there }, { there: untouched }] = [await online(rina), await online(other)];
    const path = `/api/tenant/service-plans/${id}`;
    const change = { download_bps: 40_000_000, priority: 3 };
    expect((await tenant.owner.post(`${path}/change-preview`, change)).body).toEqual({ customers: 1, effect: 'change', sessions: 1 });
    expect((await stranger.owner.post(`${path}/change-preview`, change)).status).toBe(404);
    expect((await tenant.owner.get(path)).body.download_bps).toBe(10_000_000);
    expect((await tenant.owner.patch(path, change)).status).toBe(200);
    const rateOf = async (session: NasSession) =>
      (await nas.sessions()).find((known) => known.id === session.id)?.attributes['Mikrotik-Rate-Limit'];
    await until('the new rate on the router', async () => (await rateOf(there)) === '5M/40M 0/0 0/0 0/0 3');
    expect(await rateOf(untouched)).toBe('5M/10M');
    const run = await until('the run to finish', async () =>
      (await tenant.owner.get(`${path}/refreshes`)).body.find((known: any) => known.finished_at),
    );
    expect(run).toMatchObject({ needed: 'change', sessions: 1, changed: 1, ended: 0, failed: 0, requested_by: 'Owner' });
    expect((await stranger.owner.get(`${path}/refreshes`)).status).toBe(404);
  });

  it('gives a customer fixed addresses from the next login, and ends the session of a device that is released', async () => {
    const dewi = await customer();
    const path = `/api/tenant/customers/${dewi.id}`;
    const { there, id: first } = await online(dewi);
    const fixed = { framed_ip: '10.77.0.9', delegated_ipv6_prefix: '2001:DB8:77:100::/56', device_slots: 1 };
    expect((await tenant.owner.patch(path, fixed)).body).toMatchObject({ ...fixed, delegated_ipv6_prefix: '2001:db8:77:100::/56' });
    await gone(there);
    const again = accepted(await nas.login({ username: dewi.username, password: dewi.password }));
    await until('the new session to be the only one', async () => {
      const open = (await tenant.owner.get(`${path}/sessions`)).body.data.filter((session: any) => session.ended_at === null);
      return open.length === 1 && open[0].id !== first;
    });
    expect(again.attributes['Framed-IP-Address']).toBe('10.77.0.9');
    const { body } = await tenant.owner.get(`${path}/devices`);
    expect(body).toMatchObject({ device_slots: 1, devices: [{ remembered: true, online: true }] });
    const { mac } = body.devices[0];
    expect((await stranger.owner.delete(`${path}/devices/${mac}`)).status).toBe(404);
    expect((await tenant.owner.delete(`${path}/devices/${mac}`)).status).toBe(200);
    await gone(again);
    expect((await attempts(`customer_id=${dewi.id}`))[0]).toMatchObject({
      reason: 'device-released',
      requested_by: 'Owner',
      answer: 'ack',
    });
    const taken = await tenant.owner.patch(`/api/tenant/customers/${(await customer()).id}`, { framed_ip: '10.77.0.9' });
    expect([taken.status, taken.body.code, taken.body.errors.framed_ip[0].code]).toEqual([409, 'CUSTOMER_ADDRESS_TAKEN', 'taken']);
  });

  it('shows a router that refuses and one that is silent', async () => {
    const siti = await customer();
    const { id } = await online(siti);
    const shown = async (): Promise<any> => {
      const { body } = await tenant.owner.get(`/api/tenant/customers/${siti.id}/sessions`);
      return body.data.find((session: any) => session.id === id).disconnection;
    };
    expect(await shown()).toBeNull();
    await nas.setMode('nak');
    expect((await tenant.owner.post(`/api/tenant/sessions/${id}/disconnect`)).status).toBe(202);
    await until('the refusal', async () => (await attempts(`session_id=${id}`)).length === 1);
    expect((await attempts(`session_id=${id}`))[0]).toMatchObject({
      answer: 'nak',
      error_cause: 503,
      refusal: 'the router has no such session',
      requested_by: 'Owner',
    });
    await nas.setMode('silent');
    // The router says that the session is alive after all, so it is worth another try.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const [session] = (await nas.sessions()).filter(({ username }) => username === siti.username);
    await nas.interim(session!.id, { input: 1 });
    await until('the session to go on', async () => (await shown())?.state === 'disowned');
    await tenant.owner.post(`/api/tenant/sessions/${id}/disconnect`);
    await until('the silence', async () => (await attempts(`session_id=${id}`)).length === 2, 10_000);
    expect((await attempts(`session_id=${id}`))[0]).toMatchObject({ answer: 'timeout', packets: 3, last_try: false });
    expect(await shown()).toMatchObject({ state: 'asked', tries: 1 });
  });

  it('ends everybody on a router, counted before and while it runs', async () => {
    await nas.setMode('ack');
    for (const who of [await customer(), await customer(), await customer()]) await online(who);
    const preview = await tenant.owner.get(`/api/tenant/mass-disconnects/preview?router_id=${routerId}`);
    expect([preview.status, preview.body.name]).toEqual([200, 'Tower']);
    expect(preview.body.sessions).toBeGreaterThanOrEqual(3);
    const started = await tenant.owner.post('/api/tenant/mass-disconnects', { router_id: routerId });
    expect([started.status, started.body.scope_name]).toEqual([202, 'Tower']);
    const run = await until('the run to finish', async () => {
      const { body } = await tenant.owner.get(`/api/tenant/mass-disconnects/${started.body.id}`);
      return body.finished_at && body;
    });
    expect([run.ended, run.failed]).toEqual([run.sessions, 0]);
    expect(await nas.sessions()).toEqual([]);
    expect((await stranger.owner.get(`/api/tenant/mass-disconnects/${started.body.id}`)).status).toBe(404);
  }, 60_000);

  it('keeps tenants apart', async () => {
    const siti = await customer();
    const { id } = await online(siti);
    const { owner } = stranger;
    expect((await owner.post(`/api/tenant/sessions/${id}/disconnect`)).body.code).toBe('SESSION_NOT_FOUND');
    expect((await owner.post(`/api/tenant/customers/${siti.id}/disconnect`)).body.code).toBe('CUSTOMER_NOT_FOUND');
    expect((await owner.get(`/api/tenant/mass-disconnects/preview?router_id=${routerId}`)).body.code).toBe('ROUTER_NOT_FOUND');
    expect((await owner.post('/api/tenant/mass-disconnects', { service_plan_id: planId })).body.code).toBe('SERVICE_PLAN_NOT_FOUND');
    expect((await owner.get('/api/tenant/coa-attempts')).body.meta.total).toBe(0);
    expect(await nas.sessions()).toHaveLength(1);
  });
});

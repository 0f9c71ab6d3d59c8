import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exists, freePortBase, httpStatus, runFileOf, start, stop, temporaryFolder, until } from './support.mjs';

describe('npm start', () => {
  /** @type {import('./support.mjs').Place} */
  let place;
  /** @type {Awaited<ReturnType<typeof start>>} */
  let first;

  const folder = temporaryFolder({ after });
  before(async () => {
    place = { data: join(folder, 'data'), base: await freePortBase() };
    first = await start(place, []);
  });
  after(() => first.stop());

  it('ends its announcement with an Access-Accept for the demo customer', () => {
    assert.ok(first.isReady, first.output());
    const { customer } = runFileOf(place.data);
    assert.match(first.output(), new RegExp(`\\nRADIUS accepted ${customer.username}\\n$`));
  });

  it('shows the first passwords, and keeps what holds them to its owner', () => {
    const run = runFileOf(place.data);
    for (const password of [run.superadmin.password, run.tenant.password, run.radius.secret]) assert.ok(first.output().includes(password));
    for (const name of ['run.json', 'secrets.json', 'first-start.json'])
      assert.equal(statSync(join(place.data, name)).mode & 0o777, 0o600, name);
    assert.equal(statSync(place.data).mode & 0o777, 0o700);
  });

  it('writes run.json with what other programs need', async () => {
    const run = runFileOf(place.data);
    assert.equal(run.api, `http://127.0.0.1:${place.base}/api`);
    assert.deepEqual([run.radius.auth, run.radius.acct, run.db.port], [place.base + 4, place.base + 5, place.base + 2]);
    assert.ok(existsSync(run.db.socket));
    for (const [name, pid] of Object.entries(run.pids)) assert.ok(exists(Number(pid)), name);
    assert.equal(await httpStatus(place.base), 200);
  });

  it('lets the first passwords in', async () => {
    const { superadmin } = runFileOf(place.data);
    const response = await fetch(`http://127.0.0.1:${place.base}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', host: `localhost:${place.base}` },
      body: JSON.stringify(superadmin),
    });
    assert.equal(response.status, 200);
  });

  it('says that it runs when it is started again', async () => {
    const second = await start(place);
    assert.ok(!second.isReady, second.output());
    assert.equal(await second.ended, 0);
    assert.match(second.output(), /already running/);
    assert.match(second.output(), new RegExp(`http://localhost:${place.base}`));
    assert.equal(await httpStatus(place.base), 200);
  });

  it('stops everything on npm stop, and says so when there is nothing to stop', async () => {
    const { pids } = runFileOf(place.data);
    assert.deepEqual(await stop(place), { code: 0, output: 'Jala is stopped.\n' });
    for (const [name, pid] of Object.entries(pids)) assert.ok(!exists(Number(pid)), `${name} still runs`);
    assert.ok(!existsSync(join(place.data, 'run.json')));
    assert.equal(await first.ended, 0);
    assert.deepEqual(await stop(place), { code: 0, output: 'Jala is not running.\n' });
  });

  it('starts warm with the same data and does not show the passwords again', async (test) => {
    const began = performance.now();
    const again = await start(place, []);
    test.diagnostic(`warm start to ready: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    try {
      assert.ok(again.isReady, again.output());
      assert.match(again.output(), /\nRADIUS accepted /);
      assert.ok(!again.output().includes(runFileOf(place.data).superadmin.password));
      assert.equal(await again.stop(), 0);
    } finally {
      await again.stop();
    }
  });

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGHUP'])) {
    it(`stops everything on ${signal}, also in the middle of starting`, async () => {
      const launching = start(place, []);
      // Long enough to have servers running, too short to be ready.
      await new Promise((resolve) => setTimeout(resolve, 700));
      const { pid } = JSON.parse(readFileSync(join(place.data, 'run/launcher.lock'), 'utf8'));
      process.kill(pid, signal);
      const launcher = await launching;
      assert.equal(await launcher.ended, 0);
      assert.deepEqual(await stop(place), { code: 0, output: 'Jala is not running.\n' });
      assert.equal(await httpStatus(place.base), undefined);
    });
  }

  it('stops when the npm that runs it is ended', async () => {
    const throughNpm = await start({ ...place, command: ['npm', 'start', '--', '--empty'] });
    assert.ok(throughNpm.isReady, throughNpm.output());
    const { pids } = runFileOf(place.data);
    await throughNpm.stop();
    await until('the launcher to end', () => Object.values(pids).every((pid) => !exists(Number(pid))));
    assert.ok(!existsSync(join(place.data, 'run.json')));
  });
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { identifyProcess } from '../../scripts/lib/process-identity.mjs';
import { exists, freePortBase, httpStatus, runFileOf, start, stop, temporaryFolder, until } from './support.mjs';

describe('when something is killed', () => {
  /** @type {import('./support.mjs').Place} */
  let place;
  const folder = temporaryFolder({ after });
  before(async () => {
    place = { data: join(folder, 'data'), base: await freePortBase() };
  });

  it('names the server and starts it again, each of them', async () => {
    const launcher = await start(place);
    try {
      const before = runFileOf(place.data).pids;
      for (const [name, pid] of Object.entries(before)) if (name !== 'launcher') process.kill(Number(pid), 'SIGKILL');
      for (const title of [
        'MariaDB',
        'Redis',
        'FreeRADIUS (auth)',
        'FreeRADIUS (acct)',
        'FreeRADIUS (drain)',
        'FreeRADIUS (radsec)',
        'The platform (HTTP)',
        'The worker',
      ]) {
        const name = title.replace(/[()]/g, '\\$&');
        await launcher.says(new RegExp(`${name} was ended by SIGKILL; starting it again`));
        await launcher.says(new RegExp(`${name} runs again`));
      }
      await until('the platform to answer', async () => (await httpStatus(place.base)) === 200);
      await until('new pids in run.json', () =>
        Object.entries(runFileOf(place.data).pids).every(([name, pid]) => name === 'launcher' || pid !== before[name]),
      );
      assert.equal(await launcher.stop(), 0);
    } finally {
      await launcher.stop();
    }
  });

  it('gives up a server that cannot live, with its name and the end of its log, and stops the rest', async () => {
    const launcher = await start(place);
    const { pids } = runFileOf(place.data);
    // What it needs to start is gone, so that every further attempt fails.
    const config = join(place.data, 'run/redis.conf');
    const watcher = setInterval(() => existsSync(config) && spoil(config), 5);
    process.kill(pids.redis, 'SIGKILL');
    assert.equal(await launcher.ended, 1);
    clearInterval(watcher);
    assert.match(launcher.output(), /Redis ended with code 1 for the \d+th time/);
    assert.match(launcher.output(), /Bad directive/);
    for (const pid of Object.values(pids)) assert.ok(!exists(Number(pid)));
  });

  it('leaves nothing running for long when the launcher itself is killed, and the next start cleans up', async () => {
    const launcher = await start(place);
    const { pids } = runFileOf(place.data);
    launcher.child.kill('SIGKILL');
    await launcher.ended;
    assert.ok(existsSync(join(place.data, 'run.json')));
    const next = await start(place);
    try {
      assert.ok(next.isReady, next.output());
      for (const [name, pid] of Object.entries(pids)) assert.ok(!exists(Number(pid)), `${name} of the killed launcher still runs`);
      assert.equal(await next.stop(), 0);
    } finally {
      await next.stop();
    }
  });

  it('never ends a stranger who now has the pid of one of ours', async () => {
    const stranger = spawn('sleep', ['60']);
    const identity = identifyProcess(/** @type {number} */ (stranger.pid));
    try {
      const earlier = { ...identity, startTime: '1', layer: 1, graceMs: 0 };
      writeFileSync(join(place.data, 'run/processes.json'), JSON.stringify({ mariadb: earlier }));
      writeFileSync(join(place.data, 'run.json'), JSON.stringify({ launcher: earlier, pids: { mariadb: stranger.pid } }));
      assert.deepEqual(await stop(place), { code: 0, output: 'Jala is not running.\n' });
      assert.ok(exists(Number(stranger.pid)));
      assert.ok(!existsSync(join(place.data, 'run.json')));
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});

/** @param {string} config */
function spoil(config) {
  if (!readFileSync(config, 'utf8').includes('no-such-setting')) writeFileSync(config, 'no-such-setting yes\n');
}

describe('when the disk fills up', { skip: process.getuid?.() !== 0 && 'needs root to mount a small disk' }, () => {
  it('says so, can be stopped, and recovers when there is room again', async (test) => {
    const disk = temporaryFolder(test);
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=480m', 'tmpfs', disk]).status, 0);
    try {
      await fillAndEmpty(disk);
    } finally {
      // Lazily: what a failed test left running may still have files open on it.
      spawnSync('umount', ['-l', disk]);
    }
  });
});

/** @param {string} disk */
async function fillAndEmpty(disk) {
  const place = { data: join(disk, 'data'), base: await freePortBase() };
  const filling = join(disk, 'filling');
  const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${filling}`, 'bs=1M']);

  const launcher = await start(place);
  assert.ok(launcher.isReady, launcher.output());
  fill();
  await launcher.says(/The disk with .* is nearly full \(0 MB left\)/);
  const { pids } = runFileOf(place.data);
  // It may have fallen over the full disk by itself already, which is as good.
  if (exists(Number(pids.worker))) process.kill(pids.worker, 'SIGKILL');
  await launcher.says(/The worker (?:was )?ended/);
  rmSync(filling);
  await launcher.says(/The worker runs again/);
  await until('the platform to answer', async () => (await httpStatus(place.base)) === 200);

  fill();
  assert.deepEqual(await stop(place), { code: 0, output: 'Jala is stopped.\n' });
  assert.equal(await launcher.ended, 0);
  for (const [name, pid] of Object.entries(pids)) assert.ok(!exists(Number(pid)), `${name} still runs`);
}

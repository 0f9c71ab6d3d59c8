import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePortBase, httpStatus, REPOSITORY, runFileOf, start, stop, temporaryFolder } from './support.mjs';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'env', 'HOME=/nonexistent'];

describe('npm start', () => {
  it('runs twice side by side, and stopping one leaves the other alone', async (test) => {
    const folder = temporaryFolder(test);
    const one = { data: join(folder, 'one'), base: await freePortBase() };
    const two = { data: join(folder, 'two'), base: await freePortBase() };
    const [first, second] = await Promise.all([start(one), start(two)]);
    try {
      assert.ok(first.isReady && second.isReady, first.output() + second.output());
      assert.notEqual(runFileOf(one.data).superadmin.password, runFileOf(two.data).superadmin.password);
      assert.equal((await stop(one)).code, 0);
      assert.deepEqual([await httpStatus(one.base), await httpStatus(two.base)], [undefined, 200]);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  it('finishes what an interrupted first start had begun', async (test) => {
    const data = join(temporaryFolder(test), 'data');
    mkdirSync(join(data, 'mysql.new/mysql'), { recursive: true, mode: 0o700 });
    writeFileSync(join(data, 'jala.json'), '{"format":1}');
    writeFileSync(join(data, 'mysql.new/ibdata1'), 'half of it');
    const launcher = await start({ data, base: await freePortBase() });
    try {
      assert.ok(launcher.isReady, launcher.output());
      assert.ok(!existsSync(join(data, 'mysql.new')));
    } finally {
      await launcher.stop();
    }
  });

  it('runs as a normal user, who owns all it writes', { skip: !isRoot && 'every other test runs as a normal user then' }, async (test) => {
    const folder = temporaryFolder(test);
    chownSync(folder, NOBODY, NOBODY);
    const repository = repositoryFor(folder);
    const place = { data: join(folder, 'data'), base: await freePortBase(), prefix: AS_NOBODY, repository };
    const launcher = await start(place, []);
    try {
      assert.ok(launcher.isReady, launcher.output());
      assert.match(launcher.output(), /\nRADIUS accepted /);
      for (const name of readdirSync(place.data)) assert.equal(statSync(join(place.data, name)).uid, NOBODY, name);
      for (const pid of Object.values(runFileOf(place.data).pids)) assert.equal(statSync(`/proc/${pid}`).uid, NOBODY);
      assert.equal(await launcher.stop(), 0);
    } finally {
      await launcher.stop();
    }
  });
});

/**
 * The working copy itself when that user can read it, else a copy of what a start needs.
 * @param {string} folder
 */
function repositoryFor(folder) {
  const [command, ...args] = [...AS_NOBODY, 'test', '-r', join(REPOSITORY, 'package.json')];
  if (spawnSync(/** @type {string} */ (command), args).status === 0) return REPOSITORY;
  const copy = join(folder, 'copy');
  const parts = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'scripts',
    'apps',
    'libs',
    'migrations',
    'freeradius',
    'dist',
    'node_modules',
    'bench',
  ];
  for (const part of parts)
    if (existsSync(join(REPOSITORY, part))) cpSync(join(REPOSITORY, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
  return copy;
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { freePortBase, start, temporaryFolder } from './support.mjs';

const isRoot = process.getuid?.() === 0;

describe('npm start refuses, with what is wrong and what to do,', () => {
  /** @type {number} */
  let base;
  before(async () => {
    base = await freePortBase();
  });

  /**
   * @param {string} data
   * @param {RegExp[]} patterns
   * @param {Record<string, string>} [env]
   */
  async function assertRefused(data, patterns, env = {}) {
    const launcher = await start({ data, base, env });
    assert.equal(await launcher.ended, 1, launcher.output());
    for (const pattern of patterns) assert.match(launcher.output(), pattern);
    assert.doesNotMatch(launcher.output(), /^\s+at .*:\d+:\d+\)?$/m, 'a stack is for our own mistakes');
  }

  it('a folder with somebody else’s files, which it leaves alone', async (test) => {
    const data = temporaryFolder(test);
    writeFileSync(join(data, 'thesis.txt'), 'years of work');
    await assertRefused(data, [/not empty and was not made by Jala/, /JALA_DATA/]);
    assert.deepEqual(readdirSync(data), ['thesis.txt']);
  });

  it('a file in place of a folder', async (test) => {
    const data = join(temporaryFolder(test), 'file');
    writeFileSync(data, '');
    await assertRefused(data, [/is a file, not a folder/]);
  });

  it('a folder of another user', { skip: !isRoot && 'needs root to make one' }, async (test) => {
    const data = join(temporaryFolder(test), 'data');
    mkdirSync(data);
    chownSync(data, 65_534, 65_534);
    await assertRefused(data, [/belongs to user 65534, and you are root/]);
  });

  it('a port in use, naming its holder and another port', async (test) => {
    const server = createServer().listen(base + 2, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const data = join(temporaryFolder(test), 'data');
      await assertRefused(data, [
        new RegExp(`TCP port ${base + 2} \\(MariaDB\\) is in use by \\S+ \\(pid ${process.pid}\\)`),
        /JALA_PORT_BASE=\d+ npm start/,
      ]);
      assert.ok(!existsSync(join(data, 'mysql')));
    } finally {
      server.close();
    }
  });

  it('a port base that is not one', async (test) => {
    await assertRefused(temporaryFolder(test), [/JALA_PORT_BASE is not a whole number/], { JALA_PORT_BASE: 'seven' });
  });

  it('a path that is too long for sockets', async (test) => {
    await assertRefused(join(temporaryFolder(test), 'x'.repeat(100)), [/too long for the sockets/, /JALA_DATA/]);
  });

  it('damaged secrets, which it does not replace', async (test) => {
    const data = jalaFolder(test);
    mkdirSync(join(data, 'mysql'));
    writeFileSync(join(data, 'secrets.json'), '{"mariadbRoot": "half a fi');
    await assertRefused(data, [/secrets\.json is damaged/, /backup/]);
    assert.equal(readFileSync(join(data, 'secrets.json'), 'utf8'), '{"mariadbRoot": "half a fi');
  });

  it('a database whose secrets are gone', async (test) => {
    const data = jalaFolder(test);
    mkdirSync(join(data, 'mysql'));
    await assertRefused(data, [/secrets\.json is missing although there is a database/]);
    assert.ok(!existsSync(join(data, 'secrets.json')));
  });

  it('data of a newer MariaDB', async (test) => {
    await assertRefused(jalaFolder(test, { format: 1, mariadb: '99.1' }), [/was written by MariaDB 99\.1; installed is/]);
  });

  it('data of a newer Jala', async (test) => {
    await assertRefused(jalaFolder(test, { format: 2 }), [/newer version of Jala/]);
  });

  it('a disk without room', { skip: !isRoot && 'needs root to mount a small disk' }, async (test) => {
    const data = temporaryFolder(test);
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', data]).status, 0);
    try {
      await assertRefused(data, [/has \d+ MB free; 400 MB are needed/]);
    } finally {
      spawnSync('umount', [data]);
    }
  });

  it('an argument it does not know', async (test) => {
    const launcher = await start({ data: temporaryFolder(test), base }, ['--emtpy']);
    assert.equal(await launcher.ended, 2);
    assert.match(launcher.output(), /knows only --empty/);
  });
});

/**
 * @param {import('node:test').TestContext} test
 * @param {object} [marker]
 */
function jalaFolder(test, marker = { format: 1 }) {
  const data = temporaryFolder(test);
  writeFileSync(join(data, 'jala.json'), JSON.stringify(marker));
  return data;
}

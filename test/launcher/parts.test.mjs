import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, startChild } from '../../scripts/lib/child-process.mjs';
import { readablePassword } from '../../scripts/lib/first-start.mjs';
import { tryLock } from '../../scripts/lib/lock.mjs';
import { keepLogsSmall, rotateLog } from '../../scripts/lib/log-files.mjs';
import { controlSocket, RADIUS_PROCESSES } from '../../scripts/lib/freeradius.mjs';
import { mariadbPlace, mentionsFullDisk, quote } from '../../scripts/lib/mariadb.mjs';
import { endProcess, identifyProcess, isAlive } from '../../scripts/lib/process-identity.mjs';
import { loadSecrets } from '../../scripts/lib/secrets.mjs';
import { launchSettings } from '../../scripts/lib/settings.mjs';
import { exists, REPOSITORY, temporaryFolder, until } from './support.mjs';

describe('a process', () => {
  it('is not taken for the one that had its pid before', () => {
    const self = identifyProcess(process.pid);
    assert.ok(isAlive(self));
    assert.ok(!isAlive({ ...self, startTime: '1' }));
    assert.ok(!isAlive({ ...self, boot: 'another' }));
    for (const nonsense of [undefined, null, 7, {}, { pid: 1, startTime: '1', boot: '' }]) assert.ok(!isAlive(nonsense));
  });

  it('that does not heed SIGTERM is killed after its grace', async (test) => {
    const deaf = startChild(
      { command: 'sh', args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 1; done'] },
      join(temporaryFolder(test), 'log'),
    );
    const began = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await endProcess(deaf.identity, { graceMs: 300 });
    assert.ok(!isAlive(deaf.identity));
    assert.ok(Date.now() - began < 5_000);
    assert.equal((await deaf.ended).signal, 'SIGKILL');
  });

  it('that takes too long is killed with everything it started', async () => {
    const result = await run({ command: 'sh', args: ['-c', 'sleep 60 & echo $!; wait'], timeoutMs: 300 });
    assert.notEqual(result.code, 0);
    assert.match(result.stderr, /killed: it had 0.3 s/);
    await until('the grandchild to end', () => !exists(Number(result.stdout)));
  });
});

/** Runs a shell visibly, as a tier is run, in a program that is told to stop as npm test is. Its first line is the pid of a grandchild. */
const VISIBLE = `
  import { interruption, runVisibly } from '${join(REPOSITORY, 'scripts/lib/child-process.mjs')}';
  process.on('SIGTERM', () => interruption.abort());
  process.exit(await runVisibly({ command: 'sh', args: ['-c', process.env.SCRIPT], timeoutMs: Number(process.env.TIMEOUT_MS) }));
`;

describe('a program that is watched', () => {
  /** @param {string} script @param {number} [timeoutMs] */
  const watch = async (script, timeoutMs = 30_000) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', VISIBLE], {
      env: { ...process.env, SCRIPT: script, TIMEOUT_MS: String(timeoutMs) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await until('the pid of the grandchild', () => /^\d+\n/.test(output));
    return { child, ended, grandchild: Number(output) };
  };

  it('is stopped with all that it started, before the word goes out that it has stopped', async () => {
    // As jest is: it dies at once, and what it had started hears nothing of it.
    const { child, ended, grandchild } = await watch('sleep 60 & echo $!; exec sleep 60');
    child.kill('SIGTERM');
    assert.notEqual(await ended, 0);
    assert.ok(!exists(grandchild));
  });

  it('leaves nothing behind when it ends by itself, or takes too long', async () => {
    const alone = await watch('sleep 60 & echo $!');
    assert.equal(await alone.ended, 0);
    assert.ok(!exists(alone.grandchild));
    const late = await watch('sleep 60 & echo $!; exec sleep 60', 1_000);
    assert.notEqual(await late.ended, 0);
    assert.ok(!exists(late.grandchild));
  });
});

describe('a lock', () => {
  it('is held by one, and names it to the others', (test) => {
    const path = join(temporaryFolder(test), 'lock');
    const first = tryLock(path);
    assert.ok(first.release);
    assert.equal(tryLock(path).holder?.pid, process.pid);
    first.release();
    assert.ok(tryLock(path).release);
  });

  it('of a dead process is taken over, as is one that was never finished', (test) => {
    for (const content of [JSON.stringify({ ...identifyProcess(process.pid), startTime: '1' }), '', '{"pid":']) {
      const path = join(temporaryFolder(test), 'lock');
      writeFileSync(path, content);
      assert.ok(tryLock(path).release);
      assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
    }
  });
});

describe('the throw-away services', () => {
  it('answer where they say, and end with whoever started them, leaving no folder', async () => {
    const child = spawn(process.execPath, [join(REPOSITORY, 'scripts/lib/test-services.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const services = JSON.parse(await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk)))));
    const folder = join(services.mariadb.socket, '../..');
    assert.ok(existsSync(folder));
    const query = [
      '--no-defaults',
      '-h127.0.0.1',
      `-P${services.mariadb.port}`,
      '-uroot',
      '-Ne',
      'SELECT @@character_set_server, @@time_zone',
    ];
    const answer = await run({
      command: 'mariadb',
      args: query,
      env: { ...process.env, MYSQL_PWD: services.mariadb.rootPassword },
      timeoutMs: 10_000,
    });
    assert.equal(answer.stdout, 'utf8mb4\t+00:00\n', answer.stderr);
    const refused = await run({ command: 'mariadb', args: query, timeoutMs: 10_000 });
    assert.match(refused.stderr, /Access denied/);
    child.stdin.end();
    assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
    assert.ok(!existsSync(folder));
  });
});

describe('missing packages', () => {
  const asking = `
    import { ensurePackages } from '${REPOSITORY}/scripts/lib/packages.mjs';
    import { describeFailure } from '${REPOSITORY}/scripts/lib/failure.mjs';
    const absent = { program: 'absent-program', package: 'absent-package', found: () => false };
    ensurePackages([absent], () => {}).catch((error) => console.log(describeFailure(error)));`;

  it('are named with the one command that installs them, when we may not', (test) => {
    const script = join(temporaryFolder(test), 'ask.mjs');
    writeFileSync(script, asking);
    // Without sudo in its path nobody may install.
    const path = join(temporaryFolder(test), 'bin');
    mkdirSync(path);
    writeFileSync(join(path, 'apt-get'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    for (const folder of [join(script, '..'), join(path, '..')]) chmodSync(folder, 0o755);
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env: { PATH: path }, ...asNobody });
    assert.match(stdout, /^Missing programs: absent-program\.\n/, stderr);
    assert.match(stdout, /sudo apt-get update && sudo apt-get install -y --no-install-recommends absent-package\n$/);
  });
});

describe('ports for tests', () => {
  it('are nobody else’s, and none that an outgoing connection could get', async () => {
    const program = `
      import { freePorts } from ${JSON.stringify(join(REPOSITORY, 'scripts/lib/free-ports.mjs'))};
      const ports = [];
      for (let round = 0; round < 40; round += 1) ports.push(...(await freePorts(10)));
      process.stdout.write(JSON.stringify(ports));
      process.stdin.resume().once('end', () => process.exit());`;
    const claimants = Array.from({ length: 3 }, () => spawn(process.execPath, ['--input-type=module', '-e', program]));
    const claimed = await Promise.all(
      claimants.map(async ({ stdout }) => {
        const [text] = await once(stdout, 'data');
        return /** @type {number[]} */ (JSON.parse(String(text)));
      }),
    );
    for (const { stdin } of claimants) stdin.end();
    const ports = claimed.flat();
    assert.equal(new Set(ports).size, 3 * 40 * 10);
    const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    const outgoing = first > 20_000 ? ports.filter((port) => port >= first && port <= last) : [];
    assert.deepEqual(outgoing, []);
  });
});

describe('small things', () => {
  it('a log is rotated when it is large, and three are kept', (test) => {
    const log = join(temporaryFolder(test), 'x.log');
    for (let round = 1; round <= 5; round += 1) {
      writeFileSync(log, `round ${round}`);
      rotateLog(log);
      assert.ok(existsSync(log), 'a small one stays');
      truncateSync(log, 6 * 1024 ** 2);
      rotateLog(log);
      assert.ok(!existsSync(log));
    }
    assert.ok(existsSync(`${log}.3`) && !existsSync(`${log}.4`));
    assert.match(readFileSync(`${log}.1`, 'utf8'), /^round 5/);
  });

  it('the log of a program that runs stays small, and the program goes on writing to the same file', async (test) => {
    const folder = temporaryFolder(test);
    const log = join(folder, 'chatty.log');
    const limit = 20_000;
    const chatter = startChild(
      {
        command: process.execPath,
        args: ['-e', "let n = 0; setInterval(() => { for (let i = 0; i < 50; i++) console.log('line ' + n++ + ' '.repeat(90)); }, 5)"],
      },
      log,
    );
    const { ino } = statSync(log);
    const stop = keepLogsSmall(folder, { everyMs: 20, limitBytes: limit });
    try {
      const deadline = Date.now() + 4_000;
      let largest = 0;
      let generations = 0;
      while (Date.now() < deadline && generations < 4) {
        await sleep(10);
        largest = Math.max(largest, ...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
        generations = readdirSync(folder).length;
      }
      assert.equal(statSync(log).ino, ino, 'the program still writes to this file');
      assert.deepEqual(readdirSync(folder).sort(), ['chatty.log', 'chatty.log.1', 'chatty.log.2', 'chatty.log.3']);
      // What is written between two looks comes on top.
      assert.ok(largest < 60 * limit, `${largest} bytes`);
      const before = readdirSync(folder).length;
      await sleep(500);
      assert.equal(readdirSync(folder).length, before, 'no fifth file');
      assert.match(readFileSync(`${log}.1`, 'utf8'), /^line \d+ +\n/m);
    } finally {
      stop();
      await chatter.stop(1_000);
    }
  });

  it('a log that cannot be made small keeps neither the others large nor the launcher from going on', async (test) => {
    const folder = temporaryFolder(test);
    // As root nothing but a folder refuses to be emptied.
    mkdirSync(join(folder, 'a.log'));
    for (let n = 0; n < 200; n += 1) writeFileSync(join(folder, 'a.log', `a name that makes the folder large ${n}`), '');
    const log = join(folder, 'b.log');
    writeFileSync(log, 'x'.repeat(5_000));
    const limitBytes = Math.min(4_000, statSync(join(folder, 'a.log')).size);
    const complaints = /** @type {string[]} */ ([]);
    const stop = keepLogsSmall(folder, { everyMs: 20, limitBytes, onFailure: (line) => complaints.push(line) });
    try {
      await until('the other log to be small', () => statSync(log).size === 0);
      await sleep(100);
    } finally {
      stop();
    }
    assert.ok(existsSync(join(folder, 'a.log')), 'what cannot be emptied stays where it is');
    assert.equal(complaints.length, 1, 'said once');
    assert.match(String(complaints[0]), /a\.log/);
  });

  it('the longest data folder that is taken has room for every socket', () => {
    const dataDir = `/${'x'.repeat(200)}`;
    const longest = Array.from({ length: 110 }, (_, length) => dataDir.slice(0, length + 2))
      .filter((path) => {
        try {
          return launchSettings({ JALA_DATA: path });
        } catch {
          return false;
        }
      })
      .at(-1);
    assert.ok(longest && longest.length > 60);
    const sockets = [...RADIUS_PROCESSES.map((name) => controlSocket(longest, name)), mariadbPlace(longest, 1).socket];
    for (const socket of sockets) assert.ok(Buffer.byteLength(socket) <= 107, socket);
  });

  it('secrets are made once, long, different and private', (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'secrets.json');
    const secrets = loadSecrets(path, join(folder, 'mysql'));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(new Set(Object.values(secrets)).size, Object.keys(secrets).length);
    mkdirSync(join(folder, 'mysql'));
    assert.deepEqual(loadSecrets(path, join(folder, 'mysql')), secrets);
  });

  it('a password has no characters that look alike', () => {
    const many = Array.from({ length: 200 }, () => readablePassword());
    assert.ok(many.every((password) => /^[^ilo0IO1]{16}$/.test(password)));
    assert.equal(new Set(many).size, many.length);
  });

  it('a full disk is recognised in what MariaDB writes', () => {
    assert.ok(mentionsFullDisk('[ERROR] mariadbd: Error writing file (Errcode: 28 "No space left on device")'));
    assert.ok(mentionsFullDisk("[ERROR] InnoDB: Error number 28 means 'No space left on device'"));
    assert.ok(!mentionsFullDisk('[Note] InnoDB: 10.11.6 started; log sequence number 28'));
  });

  it('an SQL literal cannot be left', () => {
    assert.equal(quote("a'b\\c"), "'a''b\\\\c'");
  });
});

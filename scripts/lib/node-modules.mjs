import { existsSync } from 'node:fs';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { readDisposableJson } from './files.mjs';
import { inRepository } from './paths.mjs';

const OLDEST_NODE = [20, 19];

/** 20.19 is the first Node 20 that loads ES modules with require(), which the framework needs. */
export function requireNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new LaunchFailure(
    `This is Node ${process.versions.node}; Jala needs ${OLDEST_NODE.join('.')} or newer.`,
    'Install a newer Node.js and start again.',
  );
}

/**
 * Compares with the record npm itself keeps inside node_modules: it is written last, so an interrupted installation has none.
 * @returns {boolean}
 */
export function nodeModulesMatchLockfile() {
  const wanted = readDisposableJson(inRepository('package-lock.json'))?.packages;
  const installed = readDisposableJson(inRepository('node_modules/.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const present = installed[path];
    // What is optional may not exist for this kind of machine.
    if (!present && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (present?.version !== entry.version || !existsSync(inRepository(path))) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/**
 * @param {(line: string) => void} tell
 */
export async function ensureNodeModules(tell) {
  if (nodeModulesMatchLockfile()) return;
  tell('Installing node modules');
  // No package of ours needs an install script, so none gets the chance to run.
  const result = await run({
    command: 'npm',
    args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    cwd: inRepository(),
    timeoutMs: 1_200_000,
  });
  if (result.code === 0) return;
  throw new LaunchFailure('npm ci failed.', 'Mend what npm complains about (is the network reachable?) and start again.', {
    details: `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n'),
  });
}

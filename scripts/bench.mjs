/** npm run bench -- <name> [arguments]: runs bench/<name> on throw-away services with the durability of real ones. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { interruption, runVisibly } from './lib/child-process.mjs';
import { describeFailure, LaunchFailure } from './lib/failure.mjs';
import { writeJsonAtomically } from './lib/files.mjs';
import { requireNodeVersion } from './lib/node-modules.mjs';
import { ensurePackages, extendSearchPath, START_REQUIREMENTS } from './lib/packages.mjs';
import { DIST, inRepository } from './lib/paths.mjs';
import { startThrowawayServices } from './lib/throwaway-services.mjs';
import { step, warn } from './lib/ui.mjs';

const LONGEST_BENCH_MS = 3_600_000;

/**
 * @param {string | undefined} name
 * @returns {string} the program to run, which for TypeScript exists once it is compiled
 */
function programOf(name) {
  const folder = inRepository('bench');
  if (name && existsSync(join(folder, `${name}.mjs`))) return join(folder, `${name}.mjs`);
  if (name && existsSync(join(folder, `${name}.ts`))) return join(DIST, 'bench', `${name}.js`);
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /^[^.]+\.(mjs|ts)$/.test(file))
        .map((file) => file.split('.')[0])
    : [];
  throw new LaunchFailure(
    name ? `There is no bench ${name}.` : 'Which bench?',
    `npm run bench -- <name>, one of: ${names.join(' ') || '(none yet)'}`,
  );
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  const program = programOf(name);
  requireNodeVersion();
  extendSearchPath();
  await ensurePackages(START_REQUIREMENTS, step);
  await ensureBuilt({ server: true, web: false }, step);
  const temporary = mkdtempSync(join(tmpdir(), 'jala-bench-'));
  const { services, stop } = await startThrowawayServices({ profile: 'durable' });
  try {
    const servicesFile = join(temporary, 'services.json');
    writeJsonAtomically(servicesFile, services);
    const env = { ...process.env, JALA_TEST_SERVICES: servicesFile };
    return await runVisibly({
      command: process.execPath,
      args: ['--enable-source-maps', '--expose-gc', program, ...args],
      cwd: inRepository(),
      env,
      timeoutMs: LONGEST_BENCH_MS,
    });
  } finally {
    await stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());

main().then(
  (code) => process.exit(code),
  (error) => {
    warn(describeFailure(error));
    process.exit(1);
  },
);

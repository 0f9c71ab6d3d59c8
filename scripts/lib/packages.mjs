import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';

/** Server programs live where the search path of a normal user does not look. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** @typedef {{ program: string, package: string, found: () => boolean }} Requirement */

/**
 * @param {string} program
 * @param {string} debianPackage
 * @returns {Requirement}
 */
const requireProgram = (program, debianPackage) => ({ program, package: debianPackage, found: () => findProgram(program) !== undefined });

const DATABASE_REQUIREMENTS = [
  requireProgram('mariadbd', 'mariadb-server'),
  requireProgram('mariadb-install-db', 'mariadb-server'),
  requireProgram('redis-server', 'redis-server'),
];

const RADIUS_REQUIREMENTS = [
  requireProgram('freeradius', 'freeradius'),
  requireProgram('radmin', 'freeradius'),
  requireProgram('radclient', 'freeradius-utils'),
  requireProgram('openssl', 'openssl'),
  { program: 'rlm_sql_mysql.so', package: 'freeradius-mysql', found: hasMysqlDriver },
];

export const START_REQUIREMENTS = [...DATABASE_REQUIREMENTS, ...RADIUS_REQUIREMENTS];

export const TEST_REQUIREMENTS = [...START_REQUIREMENTS, requireProgram('chromium', 'chromium'), requireProgram('eapol_test', 'eapoltest')];

/** Makes every child find what we find. */
export function extendSearchPath() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  process.env['PATH'] = [...folders, ...SYSTEM_FOLDERS.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/**
 * @param {string} program
 * @returns {string | undefined}
 */
export function findProgram(program) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** @returns {boolean} */
function hasMysqlDriver() {
  const driver = 'freeradius/rlm_sql_mysql.so';
  const architectures = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu')) : [];
  return ['/usr/lib', '/usr/local/lib', ...architectures.map((name) => join('/usr/lib', name))].some((folder) =>
    existsSync(join(folder, driver)),
  );
}

/**
 * Installs what is missing where we may; otherwise says which command does.
 * @param {Requirement[]} requirements
 * @param {(line: string) => void} tell
 */
export async function ensurePackages(requirements, tell) {
  if (process.platform !== 'linux') {
    throw new LaunchFailure(
      `Jala's servers run on Linux; this is ${process.platform}.`,
      'Use a Debian machine or container, or docker-compose.yml.',
    );
  }
  const missing = requirements.filter((requirement) => !requirement.found());
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((requirement) => requirement.package))];
  const programs = missing.map((requirement) => requirement.program).join(', ');
  if (!findProgram('apt-get')) {
    throw new LaunchFailure(
      `Missing programs: ${programs}.`,
      'This system has no apt-get: install MariaDB, Redis and FreeRADIUS with its MySQL driver by its own means and start again.',
    );
  }
  const prefix = await rootPrefix();
  if (!prefix) {
    throw new LaunchFailure(
      `Missing programs: ${programs}.`,
      `Run this once, then start again:\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    );
  }
  tell(`Installing ${packages.join(', ')}`);
  await install(prefix, packages);
  const stillMissing = requirements.filter((requirement) => !requirement.found());
  if (stillMissing.length > 0) {
    throw new LaunchFailure(
      `Still missing after the installation: ${stillMissing.map((one) => one.program).join(', ')}.`,
      'Install them by hand and start again.',
    );
  }
}

/** @returns {Promise<string[] | undefined>} what to put before a command so that root runs it */
async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!findProgram('sudo')) return undefined;
  const { code } = await run({ command: 'sudo', args: ['-n', 'true'], timeoutMs: 10_000 });
  return code === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * Debian starts a service as soon as its package is installed. Jala never uses those services, so they are kept from
 * starting by the means Debian has for it, unless the machine has a policy of its own.
 */
const INSTALL_SCRIPT = `
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
`;

/**
 * @param {string[]} prefix
 * @param {string[]} packages
 */
async function install(prefix, packages) {
  const [command, ...args] = [...prefix, 'sh', '-c', INSTALL_SCRIPT, 'install', ...packages];
  // A package manager that is interrupted leaves work for an administrator.
  const result = await run({ command: /** @type {string} */ (command), args, timeoutMs: 1_200_000, interruptible: false });
  if (result.code === 0) return;
  throw new LaunchFailure(`The installation of ${packages.join(', ')} failed.`, 'Mend what apt-get complains about and start again.', {
    details: `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n'),
  });
}

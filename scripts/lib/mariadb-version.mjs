import { run } from './child-process.mjs';
import { readMarker, writeMarker } from './data-folder.mjs';
import { LaunchFailure } from './failure.mjs';

/** @returns {Promise<string>} the release series of the installed server, e.g. "10.11" */
async function installedSeries() {
  const { stdout, stderr } = await run({ command: 'mariadbd', args: ['--no-defaults', '--version'], timeoutMs: 20_000 });
  const series = /Ver (\d+\.\d+)/.exec(stdout)?.[1];
  if (!series)
    throw new LaunchFailure('mariadbd does not tell its version.', 'Reinstall the package mariadb-server.', {
      details: `${stdout}${stderr}`,
    });
  return series;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} below 0 when a is the older
 */
function compareSeries(a, b) {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/**
 * MariaDB cannot go back to an older series, and going forward needs its system tables brought up to date.
 * @param {string} dataDir
 * @returns {Promise<{ upgrade: (socket: string, rootPassword: string) => Promise<void>, upgradesFrom: string | undefined }>}
 */
export async function checkMariadbSeries(dataDir) {
  const installed = await installedSeries();
  const marker = readMarker(dataDir);
  const stored = marker?.mariadb;
  if (stored && compareSeries(installed, stored) < 0) {
    throw new LaunchFailure(
      `The database in ${dataDir} was written by MariaDB ${stored}; installed is ${installed}.`,
      `Install MariaDB ${stored} or newer and start again; an older server would damage the data.`,
    );
  }
  return {
    upgradesFrom: stored && stored !== installed ? stored : undefined,
    upgrade: async (socket, rootPassword) => {
      if (stored === installed || !marker) return;
      if (stored) await upgradeSystemTables(socket, rootPassword);
      writeMarker(dataDir, { ...marker, mariadb: installed });
    },
  };
}

/**
 * @param {string} socket
 * @param {string} rootPassword
 */
async function upgradeSystemTables(socket, rootPassword) {
  const result = await run({
    command: 'mariadb-upgrade',
    args: ['--no-defaults', `--socket=${socket}`, '--user=root', '--silent'],
    env: { ...process.env, MYSQL_PWD: rootPassword },
    timeoutMs: 600_000,
  });
  if (result.code === 0) return;
  throw new LaunchFailure('The upgrade of the database to the installed MariaDB failed.', 'Mend what it complains about and start again.', {
    details: `${result.stdout}${result.stderr}`,
  });
}

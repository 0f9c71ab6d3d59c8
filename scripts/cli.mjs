/** npm run cli -- <command>: Jala's command line on the instance that runs in this JALA_DATA. */
import { spawn } from 'node:child_process';
import { applicationEnvironment, cliCommand } from './lib/application.mjs';
import { dataPaths } from './lib/data-folder.mjs';
import { describeFailure, LaunchFailure } from './lib/failure.mjs';
import { radiusEnvironment } from './lib/freeradius.mjs';
import { mariadbPlace } from './lib/mariadb.mjs';
import { extendSearchPath } from './lib/packages.mjs';
import { portPlan } from './lib/ports.mjs';
import { redisPlace, redisUrl } from './lib/redis.mjs';
import { readRunFile } from './lib/run-file.mjs';
import { loadSecrets } from './lib/secrets.mjs';
import { launchSettings } from './lib/settings.mjs';
import { warn } from './lib/ui.mjs';

try {
  extendSearchPath();
  const { dataDir } = launchSettings();
  const paths = dataPaths(dataDir);
  const running = readRunFile(paths.runFile);
  if (!running) {
    throw new LaunchFailure(`Jala does not run in ${dataDir}.`, 'Start it with npm start; the command line works on a running instance.');
  }
  const ports = portPlan(running.port_base);
  const secrets = loadSecrets(paths.secrets, dataDir);
  const databaseSocket = mariadbPlace(dataDir, ports.mariadb).socket;
  const radius = radiusEnvironment({ dataDir, ports, secrets });
  const environment = applicationEnvironment({
    dataDir,
    ports,
    databaseSocket,
    redisUrl: redisUrl(redisPlace(dataDir, ports.redis, secrets.redis)),
    secrets,
    radius,
  });
  const { command, args, env } = cliCommand(process.argv.slice(2), environment);
  spawn(command, args, { env, stdio: 'inherit' }).once('exit', (code) => (process.exitCode = code ?? 1));
} catch (error) {
  warn(describeFailure(error));
  process.exitCode = 1;
}

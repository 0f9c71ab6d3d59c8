/** npm start [-- --empty]: everything Jala needs, as children of this process. */
import { describeFailure } from './lib/failure.mjs';
import { Launcher } from './lib/launcher.mjs';
import { requireNodeVersion } from './lib/node-modules.mjs';
import { extendSearchPath } from './lib/packages.mjs';
import { identifyNpm, isAlive } from './lib/process-identity.mjs';
import { launchSettings } from './lib/settings.mjs';
import { say, warn } from './lib/ui.mjs';

const unknown = process.argv.slice(2).filter((argument) => argument !== '--empty');
if (unknown.length > 0) {
  warn(`npm start knows only --empty (start without demo data), not ${unknown.join(' ')}`);
  process.exit(2);
}

/** @type {Launcher | undefined} */
let launcher;
try {
  requireNodeVersion();
  extendSearchPath();
  launcher = new Launcher(launchSettings(), { empty: process.argv.includes('--empty') });
} catch (error) {
  warn(describeFailure(error));
  process.exit(1);
}

let stopping = false;

async function stop() {
  if (stopping) return;
  stopping = true;
  say('\nStopping …');
  await launcher?.stop();
  say('Stopped.');
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// npm does not pass SIGTERM on: whoever ends npm means us.
const npm = identifyNpm();
if (npm) setInterval(() => !isAlive(npm) && stop(), 500).unref();
process.on('uncaughtException', (error) => void launcher.fail(error));
process.on('unhandledRejection', (error) => void launcher.fail(error));

launcher.launch().then(
  (outcome) => outcome === 'already running' && process.exit(0),
  (error) => launcher.fail(error),
);

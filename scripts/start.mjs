/** npm start [-- --empty]: everything Jala needs, as children of this process. */
import { describeFailure } from './lib/failure.mjs';
import { Launcher } from './lib/launcher.mjs';
import { requireNodeVersion } from './lib/node-modules.mjs';
import { extendSearchPath } from './lib/packages.mjs';
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

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, async () => {
    say('\nStopping …');
    await launcher.stop();
    say('Stopped.');
    process.exit(0);
  });
}
process.on('uncaughtException', (error) => void launcher.fail(error));
process.on('unhandledRejection', (error) => void launcher.fail(error));

launcher.launch().then(
  (outcome) => outcome === 'already running' && process.exit(0),
  (error) => launcher.fail(error),
);

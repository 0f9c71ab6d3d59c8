/** npm stop: stops the instance of this JALA_DATA from another terminal, or what a killed one left behind. */
import { existsSync } from 'node:fs';
import { dataPaths, isJalaFolder, refuseOtherOwner } from './lib/data-folder.mjs';
import { describeFailure, LaunchFailure } from './lib/failure.mjs';
import { endLeftovers } from './lib/leftovers.mjs';
import { tryLock } from './lib/lock.mjs';
import { signalProcess, waitForEnd } from './lib/process-identity.mjs';
import { launchSettings } from './lib/settings.mjs';
import { say, warn } from './lib/ui.mjs';

/** Longer than the launcher itself gives its children before it kills them. */
const STOP_TIMEOUT_MS = 90_000;

async function stop() {
  const { dataDir } = launchSettings();
  const paths = dataPaths(dataDir);
  // Root may stop anybody's; anybody else cannot even look into a folder that is not theirs.
  if (existsSync(dataDir) && process.getuid?.() !== 0) refuseOtherOwner(dataDir);
  if (!isJalaFolder(dataDir)) {
    say('Jala is not running.');
    return;
  }
  const attempt = tryLock(paths.lock);
  if (attempt.holder) {
    signalProcess(attempt.holder, 'SIGTERM');
    if (!(await waitForEnd(attempt.holder, STOP_TIMEOUT_MS))) {
      throw new LaunchFailure(
        `Process ${attempt.holder.pid} was asked to stop and still runs.`,
        `End it with: kill -9 ${attempt.holder.pid}\n  and run npm stop once more.`,
      );
    }
    say('Jala is stopped.');
    return;
  }
  try {
    const ended = await endLeftovers(paths);
    say(ended.length > 0 ? `Jala had been killed; what it had left running is stopped: ${ended.join(', ')}.` : 'Jala is not running.');
  } finally {
    attempt.release();
  }
}

stop().catch((error) => {
  warn(describeFailure(error));
  process.exitCode = 1;
});

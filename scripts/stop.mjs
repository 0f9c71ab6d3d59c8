/** npm stop: stops the instance of this JALA_DATA from another terminal, or what a killed one left behind. */
import { existsSync } from 'node:fs';
import { dataPaths, isJalaFolder, refuseOtherOwner } from './lib/data-folder.mjs';
import { describeFailure, LaunchFailure } from './lib/failure.mjs';
import { endLeftovers } from './lib/leftovers.mjs';
import { lockHolder, tryLock } from './lib/lock.mjs';
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
  // Looking comes before locking, which writes: stopping must be possible on a full disk.
  const holder = lockHolder(paths.lock);
  if (holder) {
    signalProcess(holder, 'SIGTERM');
    if (!(await waitForEnd(holder, STOP_TIMEOUT_MS))) {
      throw new LaunchFailure(
        `Process ${holder.pid} was asked to stop and still runs.`,
        `End it with: kill -9 ${holder.pid}\n  and run npm stop once more.`,
      );
    }
    say('Jala is stopped.');
    return;
  }
  const attempt = tryLock(paths.lock);
  if (attempt.holder) throw new LaunchFailure(`Process ${attempt.holder.pid} starts Jala at this very moment.`, 'Run npm stop once more.');
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

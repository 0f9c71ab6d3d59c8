/** npm run build [-- --server | --web]: compiles what changed to dist/. */
import { buildServer } from './lib/build-server.mjs';
import { buildWeb } from './lib/build-web.mjs';
import { describeFailure } from './lib/failure.mjs';
import { withLock } from './lib/lock.mjs';
import { SETUP_LOCK } from './lib/paths.mjs';

const only = process.argv[2];
const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

try {
  await withLock(SETUP_LOCK, { waiting: 'installs or builds', timeoutMs: 600_000, onWait: say }, async () => {
    await Promise.all([
      only === '--web' ? undefined : buildServer().then(({ compiled }) => say(compiled > 0 ? `server: ${compiled} files compiled` : 'server: up to date')),
      only === '--server' ? undefined : buildWeb().then(({ built }) => say(built ? 'web: built' : 'web: up to date')),
    ]);
  });
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}

/** npm run build [-- --server | --web]: brings node_modules and dist/ up to date. */
import { ensureBuilt } from './lib/build.mjs';
import { describeFailure } from './lib/failure.mjs';
import { extendSearchPath } from './lib/packages.mjs';
import { step, warn } from './lib/ui.mjs';

const only = process.argv[2];
extendSearchPath();
ensureBuilt({ server: only !== '--web', web: only !== '--server' }, step).catch((error) => {
  warn(describeFailure(error));
  process.exitCode = 1;
});

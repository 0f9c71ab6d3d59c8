import { buildServer, planServer } from './build-server.mjs';
import { buildWeb, planWeb } from './build-web.mjs';
import { hasCode, LaunchFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { ensureNodeModules, nodeModulesMatchLockfile } from './node-modules.mjs';
import { DIST, SETUP_LOCK } from './paths.mjs';

/** @typedef {{ server: boolean, web: boolean }} Parts */

/** @param {Parts} parts */
function isReady(parts) {
  if (!nodeModulesMatchLockfile()) return false;
  const serverIsCurrent = () => {
    const { changed, removed } = planServer();
    return changed.length === 0 && removed.length === 0;
  };
  return (!parts.server || serverIsCurrent()) && (!parts.web || planWeb().isCurrent);
}

/**
 * Brings node_modules and dist/ up to date. When they are, nothing is written: another user's working copy will do.
 * @param {Parts} parts
 * @param {(line: string) => void} tell
 */
export async function ensureBuilt(parts, tell) {
  if (isReady(parts)) return;
  try {
    await withLock(SETUP_LOCK, { waiting: 'installs or builds in this working copy', timeoutMs: 1_200_000, onWait: tell }, () =>
      install(parts, tell),
    );
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EROFS')) throw error;
    throw new LaunchFailure(
      `The build in ${DIST} is out of date and cannot be written.`,
      'Run npm run build once as the user this working copy belongs to.',
      { cause: error },
    );
  }
}

/**
 * @param {Parts} parts
 * @param {(line: string) => void} tell
 */
async function install(parts, tell) {
  await ensureNodeModules(tell);
  const server = parts.server ? planServer() : undefined;
  const web = parts.web ? planWeb() : undefined;
  await Promise.all([
    server && buildServer(server).then(() => server.changed.length > 0 && tell(`${server.changed.length} server files compiled`)),
    web && buildWeb(web).then(() => !web.isCurrent && tell('Web application built')),
  ]);
}

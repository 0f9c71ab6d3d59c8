import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

export const DIST = join(REPOSITORY, 'dist');

/** Held by whoever changes node_modules or dist: several launchers may share one working copy. */
export const SETUP_LOCK = join(DIST, '.setup.lock');

/**
 * @param {...string} parts
 * @returns {string}
 */
export const inRepository = (...parts) => join(REPOSITORY, ...parts);

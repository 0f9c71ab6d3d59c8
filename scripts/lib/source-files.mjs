import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { REPOSITORY } from './paths.mjs';

/** @typedef {{ stamp: string, hash: string }} SeenFile */

/**
 * @param {string[]} roots files or folders, relative to the repository
 * @param {(path: string) => boolean} [wanted]
 * @returns {string[]} sorted, relative to the repository
 */
export function listFiles(roots, wanted = () => true) {
  const files = roots.flatMap((root) => {
    const absolute = join(REPOSITORY, root);
    if (!existsSync(absolute)) return [];
    if (statSync(absolute).isFile()) return [root];
    return readdirSync(absolute, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)));
  });
  return files.filter((file) => !file.includes('node_modules/') && wanted(file)).sort();
}

/**
 * Hashes only what changed on disk since it was last hashed.
 * @param {string[]} files
 * @param {Record<string, SeenFile>} seenBefore
 * @returns {Record<string, SeenFile>}
 */
export function hashFiles(files, seenBefore) {
  return Object.fromEntries(
    files.map((file) => {
      const { mtimeMs, size, ino } = statSync(join(REPOSITORY, file));
      const stamp = `${mtimeMs}:${size}:${ino}`;
      const before = seenBefore[file];
      const hash =
        before?.stamp === stamp
          ? before.hash
          : createHash('sha256')
              .update(readFileSync(join(REPOSITORY, file)))
              .digest('hex');
      return [file, { stamp, hash }];
    }),
  );
}

/**
 * @param {Record<string, SeenFile>} files
 * @param {string} [salt]
 * @returns {string}
 */
export function digestOf(files, salt = '') {
  const digest = createHash('sha256').update(salt);
  for (const [file, { hash }] of Object.entries(files)) digest.update(`\0${file}\0${hash}`);
  return digest.digest('hex');
}

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { readDisposableJson, writeJsonAtomically } from './files.mjs';
import { DIST, inRepository } from './paths.mjs';
import { digestOf, hashFiles, listFiles } from './source-files.mjs';

const MANIFEST = join(DIST, '.web-build.json');
const OUTPUT = join(DIST, 'web');
const SOURCES = ['apps/web', 'libs/contracts', 'libs/kernel', 'package-lock.json'];

/** @typedef {{ digest: string, files: Record<string, import('./source-files.mjs').SeenFile>, isCurrent: boolean }} WebPlan */

/** @returns {WebPlan} */
export function planWeb() {
  const before = readDisposableJson(MANIFEST);
  const files = hashFiles(
    listFiles(SOURCES, (file) => !file.endsWith('spec.ts')),
    before?.files ?? {},
  );
  const digest = digestOf(files);
  return { digest, files, isCurrent: before?.digest === digest && existsSync(join(OUTPUT, 'index.html')) };
}

/**
 * Builds the web application to dist/web when anything it is made of has changed.
 * @param {WebPlan} plan
 */
export async function buildWeb({ digest, files, isCurrent }) {
  if (isCurrent) return;
  const fresh = `${OUTPUT}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const result = await run({
    command: process.execPath,
    args: [
      inRepository('node_modules/vite/bin/vite.js'),
      'build',
      inRepository('apps/web'),
      '--outDir',
      fresh,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    cwd: inRepository('apps/web'),
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    timeoutMs: 300_000,
  });
  if (result.code !== 0) {
    throw new LaunchFailure('The web application does not build.', 'Mend it and start again.', {
      details: `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-30).join('\n'),
    });
  }
  // A running platform serves from this folder: it is swapped, not emptied and filled.
  const old = `${OUTPUT}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(OUTPUT)) renameSync(OUTPUT, old);
  renameSync(fresh, OUTPUT);
  rmSync(old, { recursive: true, force: true });
  writeJsonAtomically(MANIFEST, { digest, files }, 0o644);
}

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LaunchFailure } from './failure.mjs';
import { readDisposableJson, writeJsonAtomically } from './files.mjs';
import { DIST, inRepository, REPOSITORY } from './paths.mjs';
import { hashFiles, listFiles } from './source-files.mjs';

const MANIFEST = join(DIST, '.server-build.json');
const SOURCES = ['apps/platform', 'apps/worker', 'apps/cli', 'libs', 'bench'];

/** @param {string} file */
const isSource = (file) => !/\.(spec|db-spec|e2e-spec|radius-spec)\.ts$|\.d\.ts$|\.md$/.test(file);

/** @param {string} file */
const outputOf = (file) => join(DIST, file.replace(/\.ts$/, '.js'));

/** @typedef {{ settings: string, files: Record<string, import('./source-files.mjs').SeenFile>, changed: string[], removed: string[] }} ServerPlan */

/**
 * What has to be compiled. Types are checked by `npm run typecheck`, not here.
 * @returns {ServerPlan}
 */
export function planServer() {
  const { version } = JSON.parse(readFileSync(inRepository('node_modules/@swc/core/package.json'), 'utf8'));
  const settings = JSON.stringify({ version, options: swcOptions() });
  const before = readDisposableJson(MANIFEST);
  const known = before?.settings === settings ? before.files : {};
  const files = hashFiles(listFiles(SOURCES, isSource), known);
  return {
    settings,
    files,
    changed: Object.keys(files).filter((file) => known[file]?.hash !== files[file]?.hash),
    removed: Object.keys(before?.files ?? {}).filter((file) => !(file in files)),
  };
}

/**
 * Compiles the changed server files to dist/, where they keep their place: dist/apps/platform/src/main.js.
 * @param {ServerPlan} plan
 */
export async function buildServer({ settings, files, changed, removed }) {
  if (changed.length === 0 && removed.length === 0) return;
  const swc = createRequire(inRepository('package.json'))('@swc/core');
  const options = swcOptions();
  for (const file of removed) for (const output of [outputOf(file), `${outputOf(file)}.map`]) rmSync(output, { force: true });
  // Until all is compiled none of the changed counts as compiled; but what was compiled once is known, to be removed one day.
  const pending = changed.map((file) => [file, { stamp: '', hash: '' }]);
  writeJsonAtomically(MANIFEST, { settings, files: { ...files, ...Object.fromEntries(pending) } }, 0o644);
  await Promise.all(changed.map((file) => compile(swc, options, file)));
  writeJsonAtomically(MANIFEST, { settings, files }, 0o644);
}

/** @returns {import('@swc/core').Options} */
function swcOptions() {
  const { compilerOptions } = JSON.parse(readFileSync(inRepository('tsconfig.json'), 'utf8'));
  return {
    swcrc: false,
    configFile: false,
    sourceMaps: true,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      // Class fields that TypeORM and Nest fill must not be reset to undefined by their own declaration.
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
      baseUrl: REPOSITORY,
      paths: withoutExtensions(compilerOptions.paths),
    },
  };
}

/**
 * The aliases of tsconfig.json, in the form in which they also hold for what they are compiled to.
 * @param {Record<string, string[]>} paths
 * @returns {Record<string, string[]>}
 */
function withoutExtensions(paths) {
  return Object.fromEntries(Object.entries(paths).map(([alias, targets]) => [alias, targets.map((target) => target.replace(/\.ts$/, ''))]));
}

/**
 * @param {typeof import('@swc/core')} swc
 * @param {import('@swc/core').Options} options
 * @param {string} file
 */
async function compile(swc, options, file) {
  const output = outputOf(file);
  mkdirSync(dirname(output), { recursive: true });
  if (!file.endsWith('.ts')) {
    copyFileSync(join(REPOSITORY, file), output);
    return;
  }
  const result = await swc.transformFile(join(REPOSITORY, file), options).catch((/** @type {Error} */ error) => {
    throw new LaunchFailure(`${file} does not compile.`, 'Mend it and start again.', { details: error.message });
  });
  const name = output.slice(output.lastIndexOf('/') + 1);
  writeFileSync(output, `${result.code}\n//# sourceMappingURL=${name}.map\n`);
  if (result.map) writeFileSync(`${output}.map`, result.map);
}

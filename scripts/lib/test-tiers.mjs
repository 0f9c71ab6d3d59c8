import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runVisibly } from './child-process.mjs';
import { readDisposableJson } from './files.mjs';
import { inRepository } from './paths.mjs';
import { say } from './ui.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Outcome */

/**
 * @typedef {object} Tier
 * @property {string} name
 * @property {boolean} needsServices a throw-away MariaDB and Redis
 * @property {boolean} needsBuild the compiled programs and the built web application in dist/
 * @property {(place: TierPlace) => Promise<Outcome>} run
 */

/** @typedef {{ temporary: string, env: NodeJS.ProcessEnv }} TierPlace */

const LONGEST_TIER_MS = 1_200_000;
const LONGEST_LAUNCHER_TEST_MS = 180_000;
const NODE = process.execPath;
const inModules = (/** @type {string} */ path) => inRepository('node_modules', path);

/** In the order in which they run: the cheap ones first. */
export const TIERS = /** @type {Tier[]} */ ([
  { name: 'lint', needsServices: false, needsBuild: false, run: lint },
  jestTier('unit', { workers: 2 }),
  jestTier('architecture', { workers: 2 }),
  jestTier('db', { workers: 2, needsServices: true }),
  jestTier('radius', { workers: 3, alone: ['storm', 'freeradius/chaos/'], needsServices: true }),
  jestTier('e2e', { workers: 3, needsServices: true, needsBuild: true }),
  jestTier('web', { workers: 2, alone: ['budgets'], needsServices: true, needsBuild: true }),
  { name: 'launcher', needsServices: false, needsBuild: true, run: launcher },
]);

const CHECKS = [
  { name: 'eslint', args: [inModules('eslint/bin/eslint.js'), '.', '--max-warnings=0'] },
  {
    name: 'dependency-cruiser',
    args: [inModules('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'apps', 'libs'],
  },
  { name: 'prettier', args: [inModules('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'] },
  { name: 'tsc', args: [inModules('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'tsc (scripts)', args: [inModules('typescript/bin/tsc'), '-p', 'scripts/tsconfig.json'] },
  { name: 'vue-tsc', args: [inModules('vue-tsc/bin/vue-tsc.js'), '--noEmit', '-p', 'apps/web/tsconfig.json'] },
];

/**
 * Each tool counts as one test; only those that find something say anything.
 * @param {TierPlace} place
 * @returns {Promise<Outcome>}
 */
async function lint({ env }) {
  const outcome = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...CHECKS];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { code, stdout, stderr } = await run({ command: NODE, args: check.args, cwd: inRepository(), env, timeoutMs: LONGEST_TIER_MS });
      if (code === 0) outcome.passed += 1;
      else {
        outcome.failed += 1;
        say(`FAIL ${check.name}\n${`${stdout}\n${stderr}`.trim()}\n`);
      }
    }
  };
  await Promise.all([work(), work()]);
  return outcome;
}

/**
 * @param {string} name also the name of the project in jest.config.mjs
 * @param {{ workers: number, alone?: string[], needsServices?: boolean, needsBuild?: boolean }} options `alone`: what the
 *   paths of files contain that measure time, and therefore run afterwards, one by one
 * @returns {Tier}
 */
function jestTier(name, { workers, alone = [], needsServices = false, needsBuild = false }) {
  return {
    name,
    needsServices,
    needsBuild,
    run: async (place) => {
      const together = alone.flatMap((part) => ['--testPathIgnorePatterns', part]);
      const outcome = await jestWithRepeat(place, { name, label: name, args: [...together, `--maxWorkers=${workers}`] });
      if (alone.length === 0) return outcome;
      const measured = { name, label: `${name}-alone`, args: ['--testPathPatterns', alone.join('|'), '--maxWorkers=1'] };
      return sumOf(outcome, await jestWithRepeat(place, measured));
    },
  };
}

/** @typedef {{ name: string, label: string, args: string[] }} JestRun */

/**
 * Real servers on a shared machine: a file that fails alone as well is broken, one that passes now is named.
 * @param {TierPlace} place
 * @param {JestRun} run
 * @returns {Promise<Outcome>}
 */
async function jestWithRepeat(place, { name, label, args }) {
  const first = await jest(place, { name, label, args });
  const failed = failedFiles(first.result);
  if (failed.length === 0 || failed.length > MOST_FILES_TO_REPEAT) return outcomeOfJest(first.result, first.code);
  say(`\nOnce more, alone: ${failed.join(' ')}`);
  const second = await jest(place, { name, label: `${label}-again`, args: ['--maxWorkers=1', '--runTestsByPath', ...failed] });
  const stillFailed = failedFiles(second.result);
  const unsteady = failed.filter((file) => !stillFailed.includes(file));
  if (second.result && unsteady.length > 0) say(`UNSTEADY (passed only the second time): ${unsteady.join(' ')}\n`);
  return outcomeAfterRepeat(outcomeOfJest(first.result, first.code), first.result, second);
}

/**
 * @param {TierPlace} place
 * @param {JestRun} run
 * @returns {Promise<{ code: number, result: any }>}
 */
async function jest({ temporary, env }, { name, label, args }) {
  const resultFile = join(temporary, `${label}.json`);
  const code = await runVisibly({
    command: NODE,
    // A test that failed half-way may leave a connection open; that must not keep the gate waiting for ever.
    args: [inModules('jest/bin/jest.js'), '--selectProjects', name, '--json', `--outputFile=${resultFile}`, '--ci', '--forceExit', ...args],
    cwd: inRepository(),
    env,
    quietOutput: true,
    timeoutMs: LONGEST_TIER_MS,
  });
  return { code, result: readDisposableJson(resultFile) };
}

/**
 * @param {Outcome} one
 * @param {Outcome} other
 * @returns {Outcome}
 */
function sumOf(one, other) {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped };
}

/** More than these did not fail by chance. */
const MOST_FILES_TO_REPEAT = 3;

/**
 * @param {any} result
 * @returns {string[]}
 */
function failedFiles(result) {
  const files = /** @type {{ status: string, name: string }[]} */ (result?.testResults ?? []);
  return files.filter(({ status }) => status === 'failed').map(({ name: file }) => file);
}

/**
 * The files that were run again count as they did the second time.
 * @param {Outcome} outcome
 * @param {any} result
 * @param {{ code: number, result: any }} second
 * @returns {Outcome}
 */
function outcomeAfterRepeat(outcome, result, second) {
  const again = outcomeOfJest(second.result, second.code);
  if (!second.result) return outcome;
  const repeated = new Set(failedFiles(result));
  const files = /** @type {{ name: string, assertionResults: { status: string }[] }[]} */ (result.testResults);
  const kept = files.filter(({ name: file }) => !repeated.has(file)).flatMap(({ assertionResults }) => assertionResults);
  const count = (/** @type {string[]} */ ...statuses) => kept.filter(({ status }) => statuses.includes(status)).length;
  return {
    passed: count('passed') + again.passed,
    failed: count('failed') + again.failed,
    skipped: count('pending', 'todo', 'skipped') + again.skipped,
  };
}

/**
 * @param {any} result
 * @param {number} code
 * @returns {Outcome}
 */
function outcomeOfJest(result, code) {
  if (!result) return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  // A file that cannot even be loaded has no tests to count: it counts as one that failed.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const unexplained = code !== 0 && failed === 0 && result.numTotalTests > 0 ? 1 : 0;
  return { passed: result.numPassedTests, failed: failed + unexplained, skipped: result.numPendingTests + result.numTodoTests };
}

/**
 * The launcher's own tests start and stop whole installations, so they use none of the shared services.
 * @param {TierPlace} place
 * @returns {Promise<Outcome>}
 */
async function launcher({ temporary, env }) {
  const folder = inRepository('test/launcher');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
  const tapFile = join(temporary, 'launcher.tap');
  const reporters = ['spec', 'tap'].flatMap((reporter) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${reporter === 'spec' ? 'stdout' : tapFile}`,
  ]);
  const code = await runVisibly({
    command: NODE,
    args: [
      '--test',
      '--test-concurrency=2',
      `--test-timeout=${LONGEST_LAUNCHER_TEST_MS}`,
      ...reporters,
      ...files.map((name) => join(folder, name)),
    ],
    cwd: inRepository(),
    env,
    timeoutMs: LONGEST_TIER_MS,
  });
  const tap = readFileSync(tapFile, 'utf8');
  const count = (/** @type {string} */ word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: code !== 0 && failed === 0 ? 1 : failed, skipped: count('skipped') + count('todo') };
}

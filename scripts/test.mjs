/** npm test [-- tier …]: every tier on throw-away services; fails when a test failed or a tier ran none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { interruption } from './lib/child-process.mjs';
import { describeFailure } from './lib/failure.mjs';
import { writeJsonAtomically } from './lib/files.mjs';
import { requireNodeVersion } from './lib/node-modules.mjs';
import { ensurePackages, extendSearchPath, TEST_REQUIREMENTS } from './lib/packages.mjs';
import { identifyNpm, isAlive } from './lib/process-identity.mjs';
import { TIERS } from './lib/test-tiers.mjs';
import { startThrowawayServices } from './lib/throwaway-services.mjs';
import { bold, red, say, step, warn } from './lib/ui.mjs';

/** @typedef {{ name: string, seconds: number, problem?: string } & import('./lib/test-tiers.mjs').Outcome} TierResult */

/**
 * @param {string[]} names
 * @returns {import('./lib/test-tiers.mjs').Tier[]}
 */
function chosenTiers(names) {
  const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name));
  if (unknown.length > 0) {
    warn(`There is no tier ${unknown.join(', ')}. The tiers are: ${TIERS.map(({ name }) => name).join(' ')}`);
    process.exit(2);
  }
  return names.length === 0 ? TIERS : TIERS.filter(({ name }) => names.includes(name));
}

/**
 * @param {import('./lib/test-tiers.mjs').Tier} tier
 * @param {import('./lib/test-tiers.mjs').TierPlace} place
 * @param {Promise<void>} built
 * @returns {Promise<TierResult>}
 */
async function runTier(tier, place, built) {
  say(`\n${bold(tier.name)}`);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    if (tier.needsBuild) await built;
    const outcome = await tier.run(place);
    const ranNothing = outcome.passed + outcome.failed === 0;
    return { name: tier.name, seconds: seconds(), ...outcome, problem: ranNothing ? 'ran no test' : undefined };
  } catch (error) {
    say(describeFailure(error));
    return { name: tier.name, seconds: seconds(), passed: 0, failed: 1, skipped: 0, problem: 'could not run' };
  }
}

/** @param {TierResult[]} results */
function summarise(results) {
  say('\nTier          passed  failed  skipped  seconds');
  for (const { name, passed, failed, skipped, seconds, problem } of results) {
    const numbers = [passed, failed, skipped].map((count, index) => String(count).padStart([8, 8, 9][index] ?? 8)).join('');
    say(`${name.padEnd(12)}${numbers}${seconds.toFixed(1).padStart(9)}${problem ? `  ${red(problem)}` : ''}`);
  }
  const total = (/** @type {'passed' | 'failed' | 'skipped'} */ key) => results.reduce((sum, result) => sum + result[key], 0);
  say(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const tiers = chosenTiers(process.argv.slice(2));
  requireNodeVersion();
  extendSearchPath();
  await ensurePackages(TEST_REQUIREMENTS, step);
  await ensureBuilt({ server: false, web: false }, step);

  const temporary = mkdtempSync(join(tmpdir(), 'jala-tests-'));
  const services = tiers.some(({ needsServices }) => needsServices) ? await startThrowawayServices() : undefined;
  try {
    const servicesFile = join(temporary, 'services.json');
    if (services) writeJsonAtomically(servicesFile, services.services);
    // A developer's own instance and its settings must not reach the tests.
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, ...(services && { JALA_TEST_SERVICES: servicesFile }) };
    delete env['JALA_DATA'];
    delete env['JALA_PORT_BASE'];
    const place = { temporary, env };
    const built = tiers.some(({ needsBuild }) => needsBuild) ? ensureBuilt({ server: true, web: true }, step) : Promise.resolve();
    // Whoever needs it reports its failure; until then it is nobody's unhandled rejection.
    built.catch(() => {});

    /** @type {TierResult[]} */
    const results = [];
    for (const tier of tiers) {
      if (interruption.signal.aborted) break;
      results.push(await runTier(tier, place, built));
    }
    summarise(results);
    const clean = results.every(({ failed, problem }) => failed === 0 && !problem);
    return clean && !interruption.signal.aborted ? 0 : 1;
  } finally {
    await services?.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());
// npm does not pass SIGTERM on: whoever ends npm means us.
const npm = identifyNpm();
if (npm) setInterval(() => !isAlive(npm) && interruption.abort(), 500).unref();

main().then(
  (code) => process.exit(code),
  (error) => {
    warn(describeFailure(error));
    process.exit(1);
  },
);

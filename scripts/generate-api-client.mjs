/**
 * npm run api-client [-- --check]: writes the web's types from the OpenAPI document of the running instance, or says
 * whether they still are what it describes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './lib/child-process.mjs';
import { dataPaths } from './lib/data-folder.mjs';
import { describeFailure, LaunchFailure } from './lib/failure.mjs';
import { inRepository } from './lib/paths.mjs';
import { readRunFile } from './lib/run-file.mjs';
import { launchSettings } from './lib/settings.mjs';
import { say, warn } from './lib/ui.mjs';

const SCHEMA = inRepository('apps/web/src/api/schema.ts');

async function generate() {
  const { dataDir } = launchSettings();
  const running = readRunFile(dataPaths(dataDir).runFile);
  if (!running)
    throw new LaunchFailure(
      `Jala does not run in ${dataDir}.`,
      'Start it with npm start; its own description is what the types are made from.',
    );
  const result = await run({
    command: process.execPath,
    args: [
      inRepository('node_modules/openapi-typescript/bin/cli.js'),
      '--alphabetize',
      '--default-non-nullable=false',
      `${running.api}/docs-json`,
    ],
    cwd: inRepository(),
    timeoutMs: 60_000,
  });
  if (result.code !== 0)
    throw new LaunchFailure('The OpenAPI document could not be read.', 'Mend what is named above.', { details: result.stderr });
  return result.stdout;
}

async function main() {
  const schema = await generate();
  const isCurrent = readFileSync(SCHEMA, 'utf8') === schema;
  if (process.argv.includes('--check')) {
    if (!isCurrent)
      throw new LaunchFailure(`${SCHEMA} is not what the API describes.`, 'Run npm run api-client and look at the difference.');
    return;
  }
  if (!isCurrent) writeFileSync(SCHEMA, schema);
  say(isCurrent ? 'The types are up to date.' : `${SCHEMA} written.`);
}

main().catch((error) => {
  warn(describeFailure(error));
  process.exitCode = 1;
});

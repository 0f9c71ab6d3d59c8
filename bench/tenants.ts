import 'reflect-metadata';
import { rmSync } from 'node:fs';
import { benchColdStart } from './tenants/cold-start';
import { preparePlace, startProgram } from './tenants/place';
import { benchProvisioning } from './tenants/provisioning';
import { benchScale } from './tenants/scale';
import { anyFailed } from './tenants/verdicts';

/**
 * npm run bench -- tenants [rounds]: what a tenant costs. Every figure is a ratio to a limit measured in the same run, on a server that
 * commits as durably as a real one.
 */
async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 15);
  const root = await preparePlace();
  try {
    const program = await startProgram();
    const slugs = await benchProvisioning(program, root, rounds);
    await program.close();
    await benchColdStart(startProgram, slugs);
    await benchScale(root);
  } finally {
    rmSync(process.env.JALA_DATA_DIR ?? '', { recursive: true, force: true });
  }
  process.exitCode = anyFailed() ? 1 : 0;
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

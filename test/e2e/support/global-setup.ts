import { startStack, type Stack } from './stack';

declare global {
  var jalaStack: Stack | undefined;
}

/** One whole Jala for all end-to-end specs of a run. */
export default async function globalSetup(): Promise<void> {
  const stack = await startStack();
  globalThis.jalaStack = stack;
  process.env['JALA_E2E_DATA'] = stack.dataDir;
}

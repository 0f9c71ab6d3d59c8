import { rmSync } from 'node:fs';
import { readDisposableJson } from './files.mjs';
import { endProcess, isAlive } from './process-identity.mjs';
import { removeRunFile } from './run-file.mjs';

/**
 * Ends what a killed launcher left running, in the order in which it would have done so itself, and removes its files.
 * @param {{ processes: string, runFile: string }} paths
 * @returns {Promise<string[]>} the names of what was ended
 */
export async function endLeftovers(paths) {
  const recorded = Object.entries(readDisposableJson(paths.processes) ?? {}).map(([name, entry]) => ({ name, ...entry }));
  const alive = recorded.filter((entry) => isAlive(entry));
  const layers = [...new Set(alive.map(({ layer }) => Number(layer)))].sort((a, b) => b - a);
  for (const layer of layers) {
    const members = alive.filter((entry) => Number(entry.layer) === layer);
    await Promise.all(members.map((entry) => endProcess(entry, { graceMs: Number(entry.graceMs) || 10_000 })));
  }
  rmSync(paths.processes, { force: true });
  removeRunFile(paths.runFile);
  return alive.map(({ name }) => name);
}

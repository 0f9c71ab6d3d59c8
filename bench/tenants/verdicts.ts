/** The middle of the values: one slow turn on a shared machine does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

let failed = false;

/** Prints a ratio beside its limit. Times are not results here: these are shared machines. */
export function judge(what: string, ratio: number, limit: number, details: string): void {
  const ok = ratio <= limit;
  failed ||= !ok;
  process.stdout.write(
    `${what.padEnd(52)} ${ratio.toFixed(2).padStart(6)}x  (at most ${limit}x)  ${ok ? 'ok' : 'TOO MUCH'}\n    ${details}\n`,
  );
}

/** The same for what must not be too little. `unit`: what stands behind the figure. */
export function judgeFloor(what: string, value: number, floor: number, details: string, unit = 'x'): void {
  const ok = value >= floor;
  failed ||= !ok;
  const figure = value.toFixed(unit === 'x' ? 2 : 0).padStart(6);
  process.stdout.write(`${what.padEnd(52)} ${figure}${unit}  (at least ${floor}${unit})  ${ok ? 'ok' : 'TOO LITTLE'}\n    ${details}\n`);
}

export function note(text: string): void {
  process.stdout.write(`    ${text}\n`);
}

export function heading(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

export const anyFailed = (): boolean => failed;

export async function timed(fn: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await fn();
  return performance.now() - start;
}

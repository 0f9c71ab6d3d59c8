import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../tenants/verdicts';
import { cpuSeconds } from './freeradius';
import type { LoadResult } from './load';

export interface Measurement extends LoadResult {
  /** Processor time for each answer, in microseconds: it hardly depends on what else the machine does. */
  readonly serverMicros: number;
  readonly databaseMicros: number;
}

/** One way to load one server. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<LoadResult>;
  readonly pids: () => readonly number[];
  /** Bad logins are meant to be refused. */
  readonly mayReject?: boolean;
}

export interface Around {
  readonly rounds: number;
  readonly databasePid: number;
  /** Between two cases: nothing of one may burden the next. */
  readonly settle: () => Promise<unknown>;
}

/** Every case once in each round, so that what the machine does meanwhile happens to all of them. The first round warms up. */
export async function interleave<T extends string>(cases: Readonly<Record<T, Case>>, around: Around): Promise<Record<T, Measurement[]>> {
  const names = Object.keys(cases) as T[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<T, Measurement[]>;
  for (let round = 0; round <= around.rounds; round++) {
    for (const name of names) {
      const measured = await measure(cases[name], around);
      if (measured.rejected > 0 && !cases[name].mayReject)
        throw new Error(`${cases[name].name}: ${measured.rejected} of ${measured.done} valid users were refused.`);
      if (round > 0) results[name].push(measured);
      await sleep(200);
    }
  }
  printTable(names.map((name) => ({ name: cases[name].name, measured: results[name] })));
  return results;
}

async function measure({ run, pids }: Case, { databasePid, settle }: Around): Promise<Measurement> {
  const servers = pids();
  const sum = (): number => servers.reduce((total, pid) => total + cpuSeconds(pid), 0);
  const [ofServers, ofDatabase] = [sum(), cpuSeconds(databasePid)];
  const result = await run();
  const micros = (seconds: number): number => (seconds / Math.max(result.answers, 1)) * 1_000_000;
  const measured = { ...result, serverMicros: micros(sum() - ofServers), databaseMicros: micros(cpuSeconds(databasePid) - ofDatabase) };
  await settle();
  return measured;
}

/** Round by round, then the middle one. */
export function ratio(of: readonly LoadResult[], to: readonly LoadResult[]): number {
  return median(of.map(({ perSecond }, round) => perSecond / (to[round]?.perSecond ?? Number.NaN)));
}

function printTable(rows: readonly { readonly name: string; readonly measured: readonly Measurement[] }[]): void {
  const line = (name: string, cells: readonly string[]): string => `${name.padEnd(44)}${cells.map((cell) => cell.padStart(10)).join('')}\n`;
  process.stdout.write(line('', ['med/s', 'min', 'max', 'lost', 'again', 'p50 ms', 'p99 ms', 'us radius', 'us db', 'load%']));
  for (const { name, measured } of rows) {
    const rates = measured.map(({ perSecond }) => perSecond);
    const middle = (value: (one: Measurement) => number): number => median(measured.map(value));
    const total = (value: (one: Measurement) => number): number => measured.reduce((sum, one) => sum + value(one), 0);
    process.stdout.write(
      line(name, [
        median(rates).toFixed(0),
        Math.min(...rates).toFixed(0),
        Math.max(...rates).toFixed(0),
        String(total(({ lost }) => lost)),
        String(total(({ repeated }) => repeated)),
        middle(({ p50Ms }) => p50Ms).toFixed(2),
        middle(({ p99Ms }) => p99Ms).toFixed(2),
        middle(({ serverMicros }) => serverMicros).toFixed(0),
        middle(({ databaseMicros }) => databaseMicros).toFixed(0),
        (middle(({ cpu }) => cpu) * 100).toFixed(0),
      ]),
    );
  }
}

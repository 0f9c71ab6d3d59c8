/** How large the bench is. The figures that count are those of the defaults; small ones show that it works. */
export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Before each measurement; not counted. */
  readonly warmUpSeconds: number;
  readonly tenants: number;
  readonly usersPerTenant: number;
  /** Sessions in the history of one tenant. */
  readonly historyRows: number;
  /** Records that wait when the drain starts. */
  readonly backlogRecords: number;
  /** Requests under way at the same time. */
  readonly window: number;
  /** Which parts run; all when empty. */
  readonly parts: ReadonlySet<string>;
}

export function benchOptions(env: NodeJS.ProcessEnv = process.env): BenchOptions {
  const number = (name: string, fallback: number): number => {
    const text = env[name];
    const value = text === undefined || text === '' ? fallback : Number(text);
    if (!(value > 0)) throw new Error(`${name} must be a number above 0.`);
    return value;
  };
  return {
    rounds: number('BENCH_ROUNDS', 5),
    seconds: number('BENCH_SECONDS', 5),
    warmUpSeconds: number('BENCH_WARM_UP', 2),
    tenants: number('BENCH_TENANTS', 1_000),
    usersPerTenant: number('BENCH_USERS', 1_000),
    historyRows: number('BENCH_ROWS', 10_000_000),
    backlogRecords: number('BENCH_BACKLOG', 50_000),
    window: number('BENCH_WINDOW', 32),
    parts: new Set((env.BENCH_PARTS ?? '').split(/[\s,]+/).filter(Boolean)),
  };
}

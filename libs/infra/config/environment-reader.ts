/** What is wrong with the environment, variable by variable. Never contains a value: values are often secrets. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads typed values and collects every problem, so that an operator sees all of them at once. */
export class EnvironmentReader {
  private readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** An empty variable counts as absent: that is what `NAME=` in an environment file means. */
  optional(name: string): string | undefined {
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  required(name: string, what: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problem(name, `is missing: ${what}`);
    return value ?? '';
  }

  matching(name: string, fallback: string, pattern: RegExp, rule: string): string {
    const value = this.text(name, fallback);
    if (!pattern.test(value)) this.problem(name, rule);
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.problem(name, `must be one of ${choices.join(', ')}`);
    return choice ?? fallback;
  }

  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      this.problem(name, `must be a whole number from ${min} to ${max}`);
      return fallback;
    }
    return number;
  }

  port(name: string, fallback: number): number {
    return this.integer(name, fallback, { min: 1, max: 65_535 });
  }

  flag(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
  }

  list(name: string): string[] {
    return (this.optional(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** Bytes written in base64; `undefined` when something is wrong, which has then been noted. */
  bytes(name: string, text: string, size: { exactly: number } | { atLeast: number }): Buffer | undefined {
    const bytes = Buffer.from(text, 'base64');
    const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
    const fits = 'exactly' in size ? bytes.length === size.exactly : bytes.length >= size.atLeast;
    if (isBase64 && fits) return bytes;
    this.problem(name, `must be base64 of ${'exactly' in size ? size.exactly : `at least ${size.atLeast}`} bytes`);
    return undefined;
  }

  problem(name: string, reason: string): void {
    this.problems.push(`${name} ${reason}`);
  }

  throwIfAny(): void {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems);
  }
}

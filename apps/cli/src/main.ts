import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { DomainError } from '@jala/contracts';
import { ConfigurationError } from '@jala/infra/config';
import { type Command, UsageError } from './command';
import { migrate } from './commands/migrate';
import { say, warn } from './streams';

/** Loading everything Jala is takes a second; the command that every start runs does without when it can. */
const LIGHT: readonly Command[] = [migrate];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const commands = LIGHT.some((command) => command.name === name) ? LIGHT : (await import('./commands/index.js')).commands;
  const command = commands.find((known) => known.name === name);
  if (!command) {
    [...commands].sort((a, b) => a.name.localeCompare(b.name)).forEach(({ name: known, summary }) => say(`${known.padEnd(18)} ${summary}`));
    return name === undefined || name === 'help' || name === '--help' ? 0 : 2;
  }
  return command.run(parse(command, rest));
}

function parse(command: Command, args: string[]): Record<string, string | boolean | undefined> {
  try {
    return parseArgs({ args, options: command.options ?? {}, strict: true, allowPositionals: false }).values as Record<
      string,
      string | boolean | undefined
    >;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${command.name}: ${command.summary}`);
  }
}

function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigurationError) return error.message;
  if (error instanceof DomainError)
    return [error.code, ...Object.values(error.fields ?? {}).flatMap((problems) => problems.map(({ message }) => message))].join(': ');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    warn(explain(error));
    // Connections that are open already would keep the process alive without a purpose.
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);

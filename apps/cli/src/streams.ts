import { text } from 'node:stream/consumers';
import { UsageError } from './command';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const warn = (line: string): void => void process.stderr.write(`${line}\n`);

/** Secrets come this way: arguments can be read by everybody on the machine. */
export async function readStdin(): Promise<string> {
  const input = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (input === '') throw new UsageError('Nothing came on standard input.');
  return input;
}

export async function readJson(): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readStdin());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  throw new UsageError('Standard input must be one JSON object.');
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestServices {
  readonly mariadb: { readonly host: string; readonly port: number; readonly socket: string; readonly rootPassword: string };
  readonly redis: { readonly port: number; readonly url: string };
}

let services: Promise<TestServices> | undefined;

/**
 * The throw-away MariaDB and Redis of this test run. `npm test` names them in JALA_TEST_SERVICES; without it the test process starts
 * its own, which end with it.
 */
export function testServices(): Promise<TestServices> {
  services ??= find();
  return services;
}

async function find(): Promise<TestServices> {
  const given = process.env.JALA_TEST_SERVICES;
  if (given !== undefined) return JSON.parse(readFileSync(given, 'utf8')) as TestServices;
  // Jest forgets modules between the spec files of one process; the services started for the first are good for the rest.
  const noted = notesOf(process.pid);
  if (noted) return noted;
  const started = await start();
  writeFileSync(join(folderOf(started), noteName(process.pid)), JSON.stringify(started), { mode: 0o600 });
  return started;
}

/** The services keep their files in `<folder>/run`, `<folder>/mysql` and so on, and remove the folder when they end. */
const folderOf = ({ mariadb }: TestServices): string => dirname(dirname(mariadb.socket));
const noteName = (pid: number): string => `services-of-${pid}.json`;

function notesOf(pid: number): TestServices | undefined {
  const note = readdirSync(tmpdir())
    .filter((name) => name.startsWith('jala-test-'))
    .map((name) => join(tmpdir(), name, noteName(pid)))
    .find((path) => existsSync(path));
  const services = note && (JSON.parse(readFileSync(note, 'utf8')) as TestServices);
  return services && existsSync(services.mariadb.socket) ? services : undefined;
}

async function start(): Promise<TestServices> {
  const child = spawn(process.execPath, [join(repository(), 'scripts/lib/test-services.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (!output.includes('\n')) {
    const [ended] = await Promise.race([once(child.stdout, 'data').then(() => [false]), once(child, 'exit').then(() => [true])]);
    if (ended) throw new Error('The throw-away services did not start; see above.');
  }
  // They stop when our end of their standard input closes, and must not keep us from ending.
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref();
  return JSON.parse(output) as TestServices;
}

function repository(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'scripts/lib/test-services.mjs'))) return folder;
  }
  throw new Error('The repository was not found.');
}

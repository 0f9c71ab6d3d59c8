import { randomBytes } from 'node:crypto';
import { appendFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseOf, secondsOf } from './login-line';
import { isMissing, isNotes, LineFile, notesOf } from './line-file';

/** FreeRADIUS looks whether the file is still there before it writes: this is far longer than it takes to write a line then. */
const SETTLED_MS = 2_000;
const TAKEN = /^taken-(\d{13})-[0-9a-f]{8}$/;
const WAITING = /^(t_[0-9a-z_]{1,62})-\d{13}$/;

export interface TakenFile {
  readonly lines: LineFile;
  /** Nobody writes into it any more. */
  readonly settled: boolean;
}

export interface WaitingFile {
  readonly lines: LineFile;
  readonly database: string;
}

/** The part of the spool between FreeRADIUS and the login history: what is written, taken, kept for later, put aside. */
export class LoginFiles {
  private readonly folder: string;
  private readonly waitingFolder: string;
  private readonly deadFolder: string;
  private readonly known = new Map<string, LineFile>();

  constructor(runDir: string) {
    this.folder = join(runDir, 'spool', 'logins');
    this.waitingFolder = join(this.folder, 'waiting');
    this.deadFolder = join(runDir, 'spool', 'dead');
  }

  /**
   * The name of this spool, whoever looks at it from wherever.
   * @returns undefined when FreeRADIUS has not written any login here
   */
  async identity(): Promise<string | undefined> {
    const path = join(this.folder, 'spool-id');
    const draft = `${path}-${randomBytes(4).toString('hex')}`;
    try {
      return await idIn(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    try {
      // Under another name until it is on the disk: half a name, as a power cut leaves it, would be nobody's for ever.
      await writeFile(draft, `${randomBytes(8).toString('hex')}\n`, { mode: 0o600, flush: true });
      await link(draft, path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
    return idIn(path);
  }

  /** Takes away what FreeRADIUS writes to; it begins a new file. */
  async take(now: number): Promise<TakenFile | undefined> {
    const path = join(this.folder, `taken-${now}-${randomBytes(4).toString('hex')}`);
    try {
      await rename(join(this.folder, 'history'), path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    return { lines: this.fileAt(path), settled: false };
  }

  /** The oldest first. */
  async taken(now: number): Promise<TakenFile[]> {
    const names = await namesIn(this.folder);
    await this.forgetLostNotes(this.folder, names);
    return names
      .filter((name) => TAKEN.test(name))
      .sort()
      .map((name) => ({
        lines: this.fileAt(join(this.folder, name)),
        settled: Math.abs(now - Number(TAKEN.exec(name)?.[1])) >= SETTLED_MS,
      }));
  }

  async waiting(): Promise<WaitingFile[]> {
    const names = await namesIn(this.waitingFolder);
    await this.forgetLostNotes(this.waitingFolder, names);
    return names.sort().flatMap((name) => {
      const database = WAITING.exec(name)?.[1];
      return database === undefined ? [] : [{ lines: this.fileAt(join(this.waitingFolder, name)), database }];
    });
  }

  /** It has been dealt with. */
  async remove(file: LineFile): Promise<void> {
    await file.remove();
    this.known.delete(file.path);
  }

  /** Keeps lines of a tenant whose database is away, behind what is kept of it already. */
  async keep(database: string, lines: readonly string[], now: number): Promise<void> {
    await mkdir(this.waitingFolder, { recursive: true, mode: 0o700 });
    const kept = (await this.waiting()).filter((file) => file.database === database).at(-1);
    await append(kept?.lines.path ?? join(this.waitingFolder, `${database}-${now}`), lines);
  }

  /** Puts aside what can never be stored, where accounting that cannot be stored lies too. */
  async putAside(lines: readonly string[], now: number): Promise<void> {
    await mkdir(this.deadFolder, { recursive: true, mode: 0o700 });
    await append(join(this.deadFolder, `logins-${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}`), lines);
  }

  private fileAt(path: string): LineFile {
    const file = this.known.get(path) ?? new LineFile(path);
    this.known.set(path, file);
    return file;
  }

  private async forgetLostNotes(folder: string, names: readonly string[]): Promise<void> {
    const noted = new Set(names.map(notesOf));
    const lost = names.filter((name) => isNotes(name) && !noted.has(name));
    await Promise.all(lost.map((name) => rm(join(folder, name), { force: true })));
  }
}

async function idIn(path: string): Promise<string> {
  const id = /^[0-9a-f]{16}(?=\n)/.exec(await readFile(path, 'latin1'))?.[0];
  if (id === undefined) throw new Error(`${path} is damaged: delete it while no worker runs`);
  return id;
}

async function append(path: string, lines: readonly string[]): Promise<void> {
  await appendFile(path, `${lines.join('\n')}\n`, { encoding: 'latin1', mode: 0o600 });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Made by FreeRADIUS with the first login.
    if (isMissing(error)) return [];
    throw error;
  }
}

export interface LoginBacklog {
  readonly bytes: number;
  readonly records: number;
  readonly oldestAt: number | null;
}

/** How much is written and not stored. `records` is extrapolated from the first part of each file. */
export async function loginBacklog(runDir: string): Promise<LoginBacklog> {
  const folder = join(runDir, 'spool', 'logins');
  const waiting = join(folder, 'waiting');
  const paths = [
    ...(await namesIn(folder)).filter((name) => name === 'history' || TAKEN.test(name)).map((name) => join(folder, name)),
    ...(await namesIn(waiting)).filter((name) => WAITING.test(name)).map((name) => join(waiting, name)),
  ];
  let [bytes, records] = [0, 0];
  let oldestAt: number | null = null;
  for (const path of paths) {
    const file = new LineFile(path);
    const { position, done } = await file.progress();
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    const chunk = await file.read(position, true);
    // Stored and taken away while we look.
    if (!chunk || size <= position) continue;
    const left = chunk.lines.length - [...done.values()].reduce((sum, lines) => sum + lines, 0);
    if (left <= 0) continue;
    const share = (size - position) / (chunk.to - chunk.from);
    records += Math.round(left * share);
    bytes += Math.round(((size - position) * left) / chunk.lines.length);
    const at = firstSecond(chunk.lines, done);
    if (at !== undefined && (oldestAt === null || at < oldestAt)) oldestAt = at;
  }
  return { bytes, records, oldestAt };
}

/** Of the first line that is not done. */
function firstSecond(lines: readonly string[], done: ReadonlyMap<string, number>): number | undefined {
  const left = new Map(done);
  for (const line of lines) {
    const name = databaseOf(line) ?? UNKNOWN_DATABASE;
    const more = left.get(name) ?? 0;
    if (more > 0) left.set(name, more - 1);
    else return secondsOf(line);
  }
  return undefined;
}

/** Stands for the database of lines that name none. */
export const UNKNOWN_DATABASE = '?';

import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loginBacklog } from '../login-history';

/** What lies between the acknowledgement of a packet and the database. */
export interface SpoolBacklog {
  readonly bytes: number;
  /** Exact for small backlogs, otherwise extrapolated from its first part. */
  readonly records: number;
  /** Seconds since 1970: when the oldest record that is not stored yet was written. Null: there is none. */
  readonly oldestAt: number | null;
}

export interface DeadLetters {
  readonly files: number;
  readonly bytes: number;
}

export interface SpoolState {
  readonly accounting: SpoolBacklog;
  readonly logins: SpoolBacklog;
  readonly dead: DeadLetters;
}

const NOTHING: SpoolBacklog = { bytes: 0, records: 0, oldestAt: null };
const CHUNK = 65_536;
/** How much of a backlog is counted record by record. */
const COUNTED_BYTES = 1_048_576;

/**
 * How a reader of the drain (track = yes) leaves a record that it has dealt with: its Timestamp becomes Donestamp, in place. The
 * records of a file are dealt with from the first to the last.
 */
const STAMP = /\n\t(Timestamp|Donestamp) = (\d+)/g;

/** Undefined when the spool cannot be read from here: FreeRADIUS runs elsewhere. */
export async function readSpool(runDir: string): Promise<SpoolState | undefined> {
  const spool = join(runDir, 'spool');
  if (!(await readable(runDir))) return undefined;
  return {
    accounting: await backlogOf(join(spool, 'accounting')),
    logins: await loginBacklog(runDir),
    dead: await deadLetters(join(spool, 'dead')),
  };
}

async function backlogOf(folder: string): Promise<SpoolBacklog> {
  let total = NOTHING;
  for (const shard of await entriesOf(folder)) {
    for (const name of ['detail.work', 'detail']) total = together(total, await backlogOfFile(join(folder, shard, name)));
  }
  return total;
}

const together = (one: SpoolBacklog, other: SpoolBacklog): SpoolBacklog => ({
  bytes: one.bytes + other.bytes,
  records: one.records + other.records,
  oldestAt: one.oldestAt === null || (other.oldestAt !== null && other.oldestAt < one.oldestAt) ? other.oldestAt : one.oldestAt,
});

async function backlogOfFile(path: string): Promise<SpoolBacklog> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    // The drain takes files away while we look.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const first = await firstOpenRecord(file, size);
    if (!first) return NOTHING;
    const bytes = size - first.offset;
    return { bytes, records: await countRecords(file, first.offset, bytes), oldestAt: first.writtenAt };
  } finally {
    await file.close();
  }
}

interface Stamp {
  readonly done: boolean;
  readonly end: number;
}

/** Finds where the dealt-with records end by halving, so that a backlog of gigabytes costs a few reads. */
async function firstOpenRecord(file: FileHandle, size: number): Promise<{ offset: number; writtenAt: number } | undefined> {
  let low = 0;
  let high = size;
  while (high - low > CHUNK) {
    const middle = low + Math.floor((high - low) / 2);
    const stamp = await nextStamp(file, middle, size);
    if (stamp?.done) low = stamp.end;
    else high = middle;
  }
  const text = await readText(file, low, Math.min(2 * CHUNK, size - low));
  let offset = low;
  for (const match of text.matchAll(STAMP)) {
    if (match[1] === 'Timestamp') return { offset, writtenAt: Number(match[2]) };
    offset = low + match.index + match[0].length;
  }
  // Everything is dealt with, or the one record there is is just being written and has no stamp yet.
  return undefined;
}

async function nextStamp(file: FileHandle, from: number, size: number): Promise<Stamp | undefined> {
  // No record is longer than a packet written out.
  const text = await readText(file, from, Math.min(CHUNK, size - from));
  const [match] = text.matchAll(STAMP);
  return match && { done: match[1] === 'Donestamp', end: from + match.index + match[0].length };
}

async function countRecords(file: FileHandle, from: number, bytes: number): Promise<number> {
  const looked = Math.min(bytes, COUNTED_BYTES);
  const records = [...(await readText(file, from, looked)).matchAll(STAMP)].length;
  return Math.round((records * bytes) / looked);
}

async function readText(file: FileHandle, from: number, length: number): Promise<string> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.toString('latin1', 0, bytesRead);
}

async function deadLetters(folder: string): Promise<DeadLetters> {
  let files = 0;
  let bytes = 0;
  for (const name of await entriesOf(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile()) continue;
    files += 1;
    bytes += found.size;
  }
  return { files, bytes };
}

/**
 * Takes away what was put aside so long ago that nobody will bring it back.
 * @returns how many files
 */
export async function forgetDeadLetters(runDir: string, before: Date): Promise<number> {
  const folder = join(runDir, 'spool', 'dead');
  let forgotten = 0;
  for (const name of await entriesOf(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile() || found.mtime >= before) continue;
    await rm(join(folder, name), { force: true });
    forgotten += 1;
  }
  return forgotten;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Made by FreeRADIUS with the first packet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const readable = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  );

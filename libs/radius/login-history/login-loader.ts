import { Logger } from '@nestjs/common';
import { LoginFiles, UNKNOWN_DATABASE } from './login-files';
import { databaseOf, type LoginRecord, parseLoginLine } from './login-line';
import type { LineFile } from './line-file';
import type { LoginSink, LoginStore } from './login-store';
import { rejectWord } from './reject-words';

/** Rows of one statement. */
const BATCH = 500;
/** Tenants that are written to at the same time. */
const AT_ONCE = 4;
/** How long a tenant whose database is away is left alone. */
const RETRY_MS = 5_000;
/** A statement that takes longer is not waited for: the others would wait too. */
const ANSWER_MS = 10_000;
/** A server that takes longer to fail, or does not answer for two tenants, is left alone with all of them: each would take as long. */
const SLOW_MS = 1_000;
/** How many times as long as was waited for it, so that most of the time belongs to the others. */
const SLOW_TIMES = 3;

export interface LoadOptions {
  /** Ends then at the latest, between two batches; the rest is for the next time. */
  readonly untilMs: number;
  /** Asked before each chunk and each further batch of it: whether this is still the one that loads. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** The tenant's database is away; its lines wait. */
class SinkAway extends Error {}

/** What was asked for may be done yet. */
class NoAnswer extends Error {}

/**
 * Takes the lines of logins that FreeRADIUS has written (freeradius/raddb/policy.d/history) to the tenants' databases. One
 * at a time for one spool. Whoever goes on after another was killed stores at most those batches again that were under way: one for
 * each of the tenants that are written to at the same time. The same goes for a statement that was given up because it took too long.
 */
export class LoginLoader {
  private readonly logger = new Logger(LoginLoader.name);
  /** By database, and by server as `serverKey` has it. */
  private readonly retryAt = new Map<string, number>();
  /** Databases with a statement that was given up and is not over, and the server of each. */
  private readonly unanswered = new Map<string, string>();
  private rejects = new Map<string, number>();

  constructor(
    private readonly files: LoginFiles,
    private readonly store: LoginStore,
    private readonly now: () => number = Date.now,
    private readonly answerMs = ANSWER_MS,
  ) {}

  /** Stores what has been written. Rejects, and keeps everything, while it cannot be told whose lines they are. */
  async load({ untilMs, mayGoOn }: LoadOptions): Promise<void> {
    const goOn = async (): Promise<boolean> => this.now() < untilMs && (await mayGoOn());
    try {
      await this.retryWaiting(goOn);
      for (const { lines, settled } of await this.files.taken(this.now())) {
        if ((await this.drain(lines, settled, goOn)) && settled) await this.files.remove(lines);
      }
      if (!(await goOn())) return;
      const taken = await this.files.take(this.now());
      if (taken) await this.drain(taken.lines, taken.settled, goOn);
    } finally {
      await this.countRejects();
    }
  }

  private async retryWaiting(goOn: () => Promise<boolean>): Promise<void> {
    await atOnce(AT_ONCE, await this.files.waiting(), async ({ lines, database }) => {
      if (this.isLeftAlone(database, await this.store.sinkOf(database))) return;
      try {
        if (await this.drain(lines, true, goOn, true)) await this.files.remove(lines);
      } catch (error) {
        if (!(error instanceof SinkAway)) throw error;
      }
    });
  }

  /** @returns whether everything in the file has been dealt with */
  private async drain(file: LineFile, ended: boolean, goOn: () => Promise<boolean>, waited = false): Promise<boolean> {
    let { position, done } = await file.progress();
    for (;;) {
      if (!(await goOn())) return false;
      const chunk = await file.read(position, ended);
      if (!chunk) return true;
      const groups = groupByDatabase(chunk.lines, done);
      let whole = true;
      await atOnce(AT_ONCE, [...groups], async ([database, lines]) => {
        if (!(await this.storeGroup(file, database, lines, goOn, waited))) whole = false;
      });
      if (!whole) return false;
      await file.notePosition(chunk.to);
      [position, done] = [chunk.to, new Map()];
    }
  }

  /** @returns whether all of them have been dealt with; those that have are noted */
  private async storeGroup(
    file: LineFile,
    database: string,
    lines: readonly string[],
    goOn: () => Promise<boolean>,
    waited: boolean,
  ): Promise<boolean> {
    const sink = database === UNKNOWN_DATABASE ? undefined : await this.store.sinkOf(database);
    if (!waited && this.isLeftAlone(database, sink)) {
      await this.keep(file, database, lines);
      return true;
    }
    for (let from = 0; from < lines.length; from += BATCH) {
      if (from > 0 && !(await goOn())) return false;
      const batch = lines.slice(from, from + BATCH);
      try {
        await this.storeBatch(database, sink, batch);
      } catch (error) {
        if (!(error instanceof SinkAway) || waited) throw error;
        await this.keep(file, database, lines.slice(from));
        return true;
      }
      await file.noteLines(database, batch.length);
    }
    return true;
  }

  private async storeBatch(database: string, sink: LoginSink | undefined, lines: readonly string[]): Promise<void> {
    if (!sink) return this.putAside(lines, 'no tenant uses this database');
    const records: LoginRecord[] = [];
    const sources: string[] = [];
    const unreadable: string[] = [];
    for (const line of lines) {
      const record = parseLoginLine(line);
      if (!record) unreadable.push(line);
      else {
        records.push(record);
        sources.push(line);
      }
    }
    await this.insert(database, sink, records, sources);
    if (unreadable.length > 0) await this.putAside(unreadable, 'not readable');
  }

  /** What the database refuses because of one record goes on without that one. */
  private async insert(database: string, sink: LoginSink, records: readonly LoginRecord[], sources: readonly string[]): Promise<void> {
    if (records.length === 0) return;
    const began = performance.now();
    try {
      await this.inTime(database, serverKey(sink), sink.add(records));
    } catch (error) {
      if (!isRefusedForGood(error)) throw this.leaveAlone(database, sink, error, performance.now() - began);
      if (records.length === 1 || isWithoutTable(error)) return this.putAside(sources, error);
      const half = records.length >> 1;
      await this.insert(database, sink, records.slice(0, half), sources.slice(0, half));
      return this.insert(database, sink, records.slice(half), sources.slice(half));
    }
    for (const { reply, reason } of records) {
      if (reply !== 'Access-Reject') continue;
      const word = rejectWord(reason);
      this.rejects.set(word, (this.rejects.get(word) ?? 0) + 1);
    }
  }

  /** Until what was given up is over nothing follows it: it would wait for the same, and be stored once more. */
  private async inTime(name: string, server: string, work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NoAnswer(`no answer within ${this.answerMs} ms`)), this.answerMs).unref();
    });
    try {
      await Promise.race([work, late]);
    } catch (error) {
      if (error instanceof NoAnswer) {
        this.unanswered.set(name, server);
        void work.catch(() => undefined).finally(() => this.unanswered.delete(name));
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async keep(file: LineFile, database: string, lines: readonly string[]): Promise<void> {
    await this.files.keep(database, lines, this.now());
    await file.noteLines(database, lines.length);
  }

  private async putAside(lines: readonly string[], why: unknown): Promise<void> {
    this.logger.warn(`${lines.length} logins cannot be stored and are put aside in spool/dead: ${wordsOf(why)}`);
    await this.files.putAside(lines, this.now());
  }

  private isLeftAlone(database: string, sink?: LoginSink): boolean {
    const names = sink ? [database, serverKey(sink)] : [database];
    return this.unanswered.has(database) || names.some((name) => (this.retryAt.get(name) ?? 0) > this.now());
  }

  /** @param took how long the database took to fail, in milliseconds */
  private leaveAlone(database: string, sink: LoginSink, cause: unknown, took: number): SinkAway {
    for (const [name, at] of this.retryAt) if (at <= this.now()) this.retryAt.delete(name);
    this.retryAt.set(database, this.now() + RETRY_MS);
    const server = serverKey(sink);
    // One tenant alone may have a table that somebody locks.
    const slow = cause instanceof NoAnswer ? [...this.unanswered.values()].filter((of) => of === server).length > 1 : took > SLOW_MS;
    if (slow) this.retryAt.set(server, this.now() + Math.max(RETRY_MS, SLOW_TIMES * took));
    this.logger.warn(`the login history of ${database} waits for its database: ${wordsOf(cause)}`);
    return new SinkAway('the database of a tenant is away', { cause });
  }

  /** Where they cannot be counted, the logins are stored all the same. */
  private async countRejects(): Promise<void> {
    if (this.rejects.size === 0 || this.isLeftAlone(REJECTS)) return;
    const counts = this.rejects;
    this.rejects = new Map();
    try {
      await this.inTime(REJECTS, REJECTS, this.store.countRejects(counts));
    } catch (error) {
      this.retryAt.set(REJECTS, this.now() + RETRY_MS);
      this.logger.warn(`rejected logins could not be counted: ${wordsOf(error)}`);
      for (const [word, count] of counts) this.rejects.set(word, (this.rejects.get(word) ?? 0) + count);
    }
  }
}

/** No database is called so. */
const REJECTS = '#';
const serverKey = ({ server }: LoginSink): string => `@${server}`;

/** Without the lines that a predecessor has dealt with: the first ones of each tenant. */
function groupByDatabase(lines: readonly string[], done: ReadonlyMap<string, number>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const left = new Map(done);
  for (const line of lines) {
    const database = databaseOf(line) ?? UNKNOWN_DATABASE;
    const more = left.get(database) ?? 0;
    if (more > 0) left.set(database, more - 1);
    else {
      const group = groups.get(database);
      if (group) group.push(line);
      else groups.set(database, [line]);
    }
  }
  return groups;
}

/** Ends when all are done; the first failure is told then. */
async function atOnce<T>(width: number, items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const run = async (): Promise<void> => {
    while (next < items.length && !failure) {
      const item = items[next++]!;
      await task(item).catch((error: unknown) => (failure ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, run));
  if (failure) throw failure.error;
}

/** SQLSTATE says that it is the statement: data that cannot be stored, a table that is not as it should be. Waiting does not mend that. */
function isRefusedForGood(error: unknown): boolean {
  const { sqlState, code } = factsOf(error);
  return code === 'TENANT_NOT_FOUND' || /^(?:21|22|23|42)/.test(sqlState ?? '');
}

const ER_DBACCESS_DENIED_ERROR = 1044;
const ER_BAD_DB_ERROR = 1049;
const ER_TABLEACCESS_DENIED_ERROR = 1142;
const ER_NO_SUCH_TABLE = 1146;

/** The same for every record. */
function isWithoutTable(error: unknown): boolean {
  const { errno, code } = factsOf(error);
  return (
    code === 'TENANT_NOT_FOUND' ||
    [ER_DBACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_NO_SUCH_TABLE].includes(errno ?? 0)
  );
}

/** Without the statement, which names customers. */
const wordsOf = (why: unknown): string => (why instanceof Error ? why.message : String(why));

function factsOf(error: unknown): { readonly sqlState?: string; readonly errno?: number; readonly code?: string } {
  return typeof error === 'object' && error !== null ? error : {};
}

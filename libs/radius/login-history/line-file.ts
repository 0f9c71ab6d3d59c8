import { appendFile, type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** What is read at once: some thousand lines. */
const CHUNK_BYTES = 1_048_576;
/** Notes are read at every turn: of a file of gigabytes with a thousand tenants that would take longer than the turn. */
const NOTES_BYTES = 262_144;

/** Some lines of a file, in order. */
export interface LineChunk {
  readonly lines: readonly string[];
  /** Where it begins and ends, in bytes. */
  readonly from: number;
  readonly to: number;
}

/**
 * A file of lines that is read once, from its beginning to its end, also by a successor of who began. Beside it lies what has been
 * dealt with: the position up to which all is done, and how many lines of which tenant are done after it.
 */
export class LineFile {
  /** Notes that the disk had no room for. What they say is done all the same and must not be done again. */
  private unsaved = '';
  /** The size of the notes. */
  private noted = 0;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    readonly path: string,
    private readonly chunkBytes = CHUNK_BYTES,
  ) {}

  private get notes(): string {
    return notesOf(this.path);
  }

  async progress(): Promise<LineProgress> {
    const text = await readFile(this.notes, 'latin1').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    this.noted = text.length;
    let position = 0;
    let done = new Map<string, number>();
    for (const note of `${text}\n${this.unsaved}`.split('\n')) {
      const [, name, number] = NOTE.exec(note) ?? [];
      if (name === undefined) continue;
      if (name === POSITION) {
        position = Number(number);
        done = new Map<string, number>();
      } else done.set(name, (done.get(name) ?? 0) + Number(number));
    }
    return { position, done };
  }

  /** That lines of this tenant after the position are done: more of them. */
  noteLines(database: string, lines: number): Promise<void> {
    return this.note(`${database} ${lines};\n`);
  }

  /** Takes the place of all notes so far. */
  notePosition(position: number): Promise<void> {
    const text = `${POSITION} ${position};\n`;
    return this.noted < NOTES_BYTES ? this.note(text) : this.noteAnew(text);
  }

  private note(text: string): Promise<void> {
    this.unsaved += text;
    const saved = this.saving.then(async () => {
      const notes = this.unsaved;
      if (notes === '') return;
      // After the half of a note, if that is what the last try has left.
      await appendFile(this.notes, `\n${notes}`, { mode: 0o600 });
      this.noted += notes.length + 1;
      this.unsaved = this.unsaved.slice(notes.length);
    });
    this.saving = saved.catch(() => undefined);
    return saved;
  }

  private async noteAnew(text: string): Promise<void> {
    await this.saving;
    // Notes of no file, should it stay behind.
    const draft = notesOf(`${this.path}-anew`);
    try {
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, this.notes);
    } catch {
      // There may be room behind the others.
      return this.note(text);
    }
    this.noted = text.length;
    this.unsaved = '';
  }

  /**
   * The whole lines from a position on, at most a chunk of them; undefined when there is none.
   * @param ended nobody writes any more: what has no line break at its end comes as a line too
   */
  async read(from: number, ended: boolean): Promise<LineChunk | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(this.chunkBytes), 0, this.chunkBytes, from);
      if (bytesRead === 0) return undefined;
      const last = buffer.lastIndexOf(LINE_BREAK, bytesRead - 1);
      // A chunk without any line break is no line of ours either, however long it is.
      const end = last >= 0 ? last + 1 : ended || bytesRead === this.chunkBytes ? bytesRead : 0;
      if (end === 0) return undefined;
      const lines = buffer.toString('latin1', 0, end).split('\n');
      if (lines.at(-1) === '') lines.pop();
      return { lines, from, to: from + end };
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    // In this order: notes without a file harm nobody, a file without notes would be stored again.
    await rm(this.path, { force: true });
    await rm(this.notes, { force: true });
  }
}

export interface LineProgress {
  readonly position: number;
  readonly done: ReadonlyMap<string, number>;
}

/** Its end is there, so all of it is. */
const NOTE = /^(\S+) (\d+);$/;
const LINE_BREAK = 0x0a;
/** No tenant's database is called so. */
const POSITION = '@';
const NOTES = '.done';

export const notesOf = (path: string): string => `${path}${NOTES}`;
export const isNotes = (name: string): boolean => name.endsWith(NOTES);
export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

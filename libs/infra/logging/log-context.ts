import { AsyncLocalStorage } from 'node:async_hooks';

/** Identifiers that every line written during a request or a job carries. */
export interface LogFields {
  readonly request_id?: string;
  readonly job_id?: string;
  readonly job?: string;
  readonly tenant?: string;
}

const storage = new AsyncLocalStorage<LogFields>();
const sources: (() => LogFields)[] = [];

export const LogContext = {
  run<T>(fields: LogFields, fn: () => T): T {
    return storage.run({ ...storage.getStore(), ...fields }, fn);
  },

  current(): LogFields {
    return Object.assign({}, ...sources.map((source) => source()), storage.getStore()) as LogFields;
  },

  /** Lets an area that has its own context, such as tenancy, add to every line without logging knowing it. */
  addSource(source: () => LogFields): void {
    sources.push(source);
  },
};

import { AmbientValue } from '@jala/kernel';

/** Identifiers that every line written during a request or a job carries. */
export interface LogFields {
  readonly request_id?: string;
  readonly job_id?: string;
  readonly job?: string;
  readonly tenant?: string;
}

const ambient = new AmbientValue<LogFields>();
const sources: (() => LogFields)[] = [];

export const LogContext = {
  run<T>(fields: LogFields, fn: () => T): T {
    return ambient.run({ ...ambient.get(), ...fields }, fn);
  },

  current(): LogFields {
    return Object.assign({}, ...sources.map((source) => source()), ambient.get()) as LogFields;
  },

  /** Lets an area that has its own context, such as tenancy, add to every line without logging knowing it. */
  addSource(source: () => LogFields): void {
    sources.push(source);
  },
};

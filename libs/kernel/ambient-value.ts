import { AsyncLocalStorage } from 'node:async_hooks';

/** What one of them has been given, and what was there before. */
interface Frame {
  readonly of: object;
  readonly value: unknown;
  readonly outer: Frame | undefined;
}

const storage = new AsyncLocalStorage<Frame>();

/**
 * A value that whatever a function calls finds by itself, also after an await. All of them are in one AsyncLocalStorage: Node 20
 * copies every storage to every promise, and a request makes some hundred.
 */
export class AmbientValue<T> {
  run<R>(value: T, fn: () => R): R {
    return storage.run({ of: this, value, outer: storage.getStore() }, fn);
  }

  get(): T | undefined {
    for (let frame = storage.getStore(); frame; frame = frame.outer) if (frame.of === this) return frame.value as T;
    return undefined;
  }
}

/** A change without the fields that were not given, so that it can be laid over what is there. Null is given. */
export function given<T extends object>(change: T): T {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T;
}

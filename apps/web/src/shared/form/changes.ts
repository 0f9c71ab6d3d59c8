/**
 * What somebody changed in a form: only this is sent, because the rest may be somebody else's newer work. A cashier who corrects
 * an address must not put back the plan that a colleague has changed meanwhile.
 */
export function changes<T extends object>(before: T, after: T): Partial<T> {
  const same = (name: keyof T) => JSON.stringify(before[name]) === JSON.stringify(after[name]);
  return Object.fromEntries(Object.entries(after).filter(([name]) => !same(name as keyof T))) as Partial<T>;
}

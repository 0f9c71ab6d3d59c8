/** For each state, the states that may follow it. */
export type Transitions<S extends string> = { readonly [From in S]: readonly S[] };

export class IllegalTransitionError<S extends string> extends Error {
  constructor(
    readonly machine: string,
    readonly from: S,
    readonly to: S,
  ) {
    super(`${machine} cannot go from ${from} to ${to}`);
  }
}

/** A state machine as data: one table says what may follow what, and every change of state asks it. */
export class StateMachine<S extends string> {
  /** @throws Error when a state other than the initial one cannot be reached: such a table is a mistake. */
  constructor(
    readonly name: string,
    readonly initial: S,
    private readonly transitions: Transitions<S>,
  ) {
    const reached = new Set<S>([initial]);
    for (const state of reached) for (const next of transitions[state]) reached.add(next);
    const lost = this.states.filter((state) => !reached.has(state));
    if (lost.length > 0) throw new Error(`${name}: no way leads to ${lost.join(', ')}`);
  }

  get states(): S[] {
    return Object.keys(this.transitions) as S[];
  }

  can(from: S, to: S): boolean {
    return this.transitions[from].includes(to);
  }

  /** @throws IllegalTransitionError */
  assert(from: S, to: S): void {
    if (!this.can(from, to)) throw new IllegalTransitionError(this.name, from, to);
  }
}

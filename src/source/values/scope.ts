import { unknown, type Value } from './value.js';

/** A value that is made when it is first asked for, once. */
class Lazy {
  private value: Value | null = null;

  constructor(private readonly make: () => Value) {}

  get(): Value {
    if (!this.value) {
      // A definition that asks for itself while it is made gets nothing.
      this.value = unknown;
      this.value = this.make();
    }
    return this.value;
  }
}

/** Names and their values; what is not in it is looked up in the one around it. */
export class Scope {
  private values = new Map<string, Value | Lazy>();
  /** Where else to look before the scope around: `from layers import *`. */
  private readonly others: ((name: string) => Value | null)[] = [];

  private readonly prepared = new Set<string>();

  /** @param prepare runs what gives a name, before it is first asked for */
  constructor(
    private readonly around: Scope | null,
    private readonly prepare?: (name: string) => void,
  ) {}

  get(name: string): Value | null {
    if (this.prepare && !this.prepared.has(name)) {
      this.prepared.add(name);
      this.prepare(name);
    }
    const own = this.values.get(name);
    if (own) return own instanceof Lazy ? own.get() : own;
    for (const other of this.others) {
      const found = other(name);
      if (found) return found;
    }
    return this.around?.get(name) ?? null;
  }

  set(name: string, value: Value): void {
    this.values.set(name, value);
  }

  setLazily(name: string, make: () => Value): void {
    this.values.set(name, new Lazy(make));
  }

  lookAlsoIn(other: (name: string) => Value | null): void {
    this.others.push(other);
  }

  /** Runs the branches of an `if` from the same beginning, and merges what each leaves in a name. */
  branch(runs: readonly (() => void)[], merge: (values: Value[]) => Value): void {
    const before = this.values;
    const after = runs.map((run) => {
      this.values = new Map(before);
      run();
      return this.values;
    });
    this.values = new Map(before);
    for (const name of new Set(after.flatMap((values) => [...values.keys()]))) {
      const ends = after.map((values) => values.get(name));
      const [first] = ends;
      if (first && ends.every((end) => end === first)) this.values.set(name, first);
      else this.values.set(name, merge(ends.map((end) => (end instanceof Lazy ? end.get() : (end ?? unknown)))));
    }
  }
}

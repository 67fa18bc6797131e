import type { Chunk } from '../python/pythonIndex.js';
import type { Syntax } from '../python/syntax.js';
import { holdsPart } from './parts.js';
import type { Scope } from './scope.js';
import type { ClassValue, Instance, Item, ListValue, ModuleValue, Span, Value } from './value.js';

/** Where code runs: its file, its names, its object. */
export interface Frame {
  file: string;
  chunk: Chunk;
  scope: Scope;
  self: Instance | null;
  /** The class whose method runs. */
  owner: ClassValue | null;
  returns: Value[];
  yields: ListValue;
  ended: boolean;
  depth: number;
}

/**
 * Runs training code as far as it says what modules are made: constructors, the functions they call, loops over what is
 * known. What depends on anything else is left open: both branches of an `if`, any number of rounds.
 */
export interface Interpreter {
  evaluate(node: Syntax | undefined, frame: Frame): Value;
  run(statements: readonly Syntax[], frame: Frame): void;
  /** Runs something with an allowance of steps of its own. */
  bounded<T>(body: () => T): T;
  call(node: Syntax, frame: Frame): Value;
  instanceOf(module: ModuleValue): Instance | null;
  resolveImport(frame: Frame, specifier: string): string | null;
  fileScope(file: string): Scope;
  /** Runs those parts of a file's script whose text passes; other parts run when a name of theirs is asked for. */
  runScripts(file: string, test: (text: string) => boolean): void;
  /** Taken so far, as a measure of work. */
  readonly steps: number;
  /** Every module in the order in which it is made. */
  readonly created: ModuleValue[];
  readonly growth: Growth;
}

export const textOf = (node: Syntax, frame: { chunk: Chunk }): string =>
  frame.chunk.source.text.slice(node.start, node.end);

export const spanOf = (
  node: { start: number; end: number },
  { file, chunk }: { file: string; chunk: Chunk },
): Span => ({
  file,
  chunk,
  start: node.start,
  end: node.end,
});

/** No network lists more; code that doubles a list again and again does. */
const longestList = 4096;

/** Which lists grow while a branch or a loop's body runs, so that what was added there can be marked as such. */
export class Growth {
  /** How often a list grew by what may be a part of a network. */
  parts = 0;
  private readonly records: { grown: Map<ListValue, number>; made: WeakSet<ListValue> }[] = [];

  list(items: Item[] = []): ListValue {
    const made: ListValue = { kind: 'list', items: items.slice(0, longestList) };
    this.records.at(-1)?.made.add(made);
    return made;
  }

  push(list: ListValue, items: readonly Item[]): void {
    const record = this.records.at(-1);
    if (record && !record.made.has(list) && !record.grown.has(list)) record.grown.set(list, list.items.length);
    if (items.some((item) => holdsPart(item))) this.parts++;
    for (const item of items.slice(0, longestList - list.items.length)) list.items.push(item);
  }

  /** Runs code and takes away again what it added to the lists that were there before. */
  during(run: () => void): Map<ListValue, Item[]> {
    const record = { grown: new Map<ListValue, number>(), made: new WeakSet<ListValue>() };
    this.records.push(record);
    try {
      run();
    } finally {
      this.records.pop();
    }
    return new Map([...record.grown].map(([list, length]) => [list, list.items.splice(length)]));
  }
}

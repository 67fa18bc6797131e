import type { Growth } from './interpreter.js';
import { choice, constant, type Item, type ListValue, type Value, unknown } from './value.js';

/** Loops over more are not run round by round. */
const unrolled = 64;

/** The elements one by one, where the code says which; null where their number is open. */
export function elementsOf(list: ListValue): Value[] | null {
  const values: Value[] = [];
  for (const item of list.items) {
    if (item.kind !== 'one') return null;
    values.push(item.value);
  }
  return values;
}

/** What an element of the list may be. */
export const anyElement = (list: ListValue): Value => choice(valuesIn(list.items));

function valuesIn(items: readonly Item[]): Value[] {
  return items.flatMap((item): Value[] => {
    if (item.kind === 'one') return [item.value];
    return valuesIn(item.kind === 'repeat' ? item.items : item.branches.flat());
  });
}

const one = (value: Value): Item => ({ kind: 'one', value, span: null });

/** What a `for` goes through. */
export function iterated(value: Value): ListValue {
  if (value.kind === 'list') return value;
  if (value.kind === 'module' && value.children) return value.children;
  const entries = value.kind === 'dict' ? value : value.kind === 'module' ? value.entries : null;
  if (entries)
    return {
      kind: 'list',
      items: entries.entries.map(({ key }) =>
        one('name' in key ? constant(key.name) : { kind: 'text', pattern: key.pattern }),
      ),
    };
  if (value.kind === 'self' && value.instance.children) return value.instance.children;
  return { kind: 'list', items: [{ kind: 'repeat', items: [one(unknown)], count: null }] };
}

/** Rounds of a loop: each element where they are known and few; otherwise one round for any element, and how often. */
export function roundsOf(list: ListValue): { elements: Value[] } | { element: Value; count: number | null } {
  const elements = elementsOf(list);
  if (elements && elements.length <= unrolled) return { elements };
  const [only] = list.items;
  return { element: anyElement(list), count: list.items.length === 1 && only.kind === 'repeat' ? only.count : null };
}

export function range(args: readonly Value[], growth: Growth): ListValue {
  const numbers = args.map((arg) => (arg.kind === 'constant' && typeof arg.value === 'number' ? arg.value : null));
  if (numbers.length > 0 && numbers.every((n) => n !== null)) {
    const [from, to, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
    const count = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
    if (count <= unrolled) return growth.list(Array.from({ length: count }, (_, i) => one(constant(from + i * step))));
    return growth.list([{ kind: 'repeat', items: [one({ kind: 'integer' })], count }]);
  }
  return growth.list([{ kind: 'repeat', items: [one({ kind: 'integer' })], count: null }]);
}

/** Elements of several lists side by side; `enumerate` is one of them with the integers. */
export function zipped(lists: readonly ListValue[], growth: Growth): ListValue {
  const known = lists.map(elementsOf);
  const pair = (values: Value[]) => one(growth.list(values.map(one)));
  if (lists.length > 0 && known.every((elements) => elements !== null)) {
    const length = Math.min(...known.map((elements) => elements.length));
    return growth.list(Array.from({ length }, (_, i) => pair(known.map((elements) => elements[i]))));
  }
  return growth.list([{ kind: 'repeat', items: [pair(lists.map(anyElement))], count: null }]);
}

export function enumerated(list: ListValue, start: Value | undefined, growth: Growth): ListValue {
  const elements = elementsOf(list);
  const first = start?.kind === 'constant' && typeof start.value === 'number' ? start.value : 0;
  if (elements && (!start || start.kind === 'constant'))
    return zipped([growth.list(elements.map((_, i) => one(constant(first + i)))), list], growth);
  return growth.list([
    { kind: 'repeat', items: [one(growth.list([one({ kind: 'integer' }), one(anyElement(list))]))], count: null },
  ]);
}

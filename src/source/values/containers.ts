import type { Call } from './calls.js';
import { iterated } from './iterables.js';
import { type DictValue, type Entry, type Item, keyOf, type ListValue, optionsOf, type Value } from './value.js';

/** What a container is made of. */
export interface Container {
  children: ListValue | null;
  entries: DictValue | null;
}

const none: Container = { children: null, entries: null };

/** Modules that are nothing but their children, by the last part of the class's name. */
export const containers: Record<string, (call: Call) => Container> = {
  Sequential: ({ items, args, run }) => {
    const first = args.positional.length === 1 && items.length === 1 ? dictOf(args.positional[0]) : null;
    if (first) return { children: run.growth.list(keyed(first)), entries: null };
    const [only] = items;
    const layers = args.keywords.get('layers');
    // Keras and Haiku take a list.
    const list = items.length === 1 && only.kind === 'one' && only.value.kind === 'list' ? only.value : layers;
    return { children: run.growth.list(list?.kind === 'list' ? [...list.items] : [...items]), entries: null };
  },
  ModuleList: ({ args, run }) => {
    const given = args.positional[0] ?? args.keywords.get('modules');
    return { children: run.growth.list(given ? [...iterated(given).items] : []), entries: null };
  },
  ModuleDict: ({ args }) => {
    const given = args.positional[0] ?? args.keywords.get('modules');
    return { children: null, entries: { kind: 'dict', entries: given ? [...(dictOf(given)?.entries ?? [])] : [] } };
  },
  DataParallel: wrapped,
  DistributedDataParallel: wrapped,
};

function wrapped({ args, span }: Call): Container {
  const [value] = args.positional;
  return value
    ? { children: null, entries: { kind: 'dict', entries: [{ key: { name: 'module' }, span, value }] } }
    : none;
}

/** What a class that extends a container hands to it. */
export const containerOf = (base: string | null, call: Call): Container | null =>
  base !== null && Object.hasOwn(containers, base) ? containers[base](call) : null;

/** A dict, or a list of names and values. */
export function dictOf(value: Value): DictValue | null {
  const list = optionsOf(value).find((option) => option.kind === 'list' || option.kind === 'dict');
  if (list?.kind === 'dict') return list;
  if (list?.kind !== 'list' || list.items.length === 0) return null;
  const entries = entriesOf(list.items);
  return entries && { kind: 'dict', entries };
}

function entriesOf(items: readonly Item[]): Entry[] | null {
  const entries: Entry[] = [];
  for (const item of items) {
    const inside = item.kind === 'repeat' ? item.items : item.kind === 'either' ? item.branches.flat() : null;
    if (inside) {
      const more = entriesOf(inside);
      if (!more) return null;
      entries.push(...more);
    } else if (item.kind === 'one') {
      const pair = item.value.kind === 'list' ? item.value.items : [];
      const [key, value] = pair;
      if (pair.length !== 2 || key.kind !== 'one' || value.kind !== 'one') return null;
      const name = keyOf(key.value);
      if (!name || (key.value.kind !== 'constant' && key.value.kind !== 'text')) return null;
      entries.push({ key: name, span: key.span ?? value.span, value: value.value });
    }
  }
  return entries;
}

export const keyed = (dict: DictValue): Item[] =>
  dict.entries.map(({ key, span, value }) => ({ kind: 'one', key, span, value }));

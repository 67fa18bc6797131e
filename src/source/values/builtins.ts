import type { Call } from './calls.js';
import { dictOf } from './containers.js';
import { define } from './define.js';
import { enumerated, iterated, range, zipped } from './iterables.js';
import { choice, constant, type Entry, keyOf, type Value, unknown } from './value.js';

const first = ({ args }: Call): Value => args.positional[0] ?? unknown;
const listOf = (call: Call): Value => {
  const value = first(call);
  return value.kind === 'unknown' && call.args.positional.length === 0
    ? call.run.growth.list()
    : call.run.growth.list([...iterated(value).items]);
};
const dict = (call: Call): Value => {
  const given = call.args.positional[0] ? dictOf(call.args.positional[0]) : null;
  const entries: Entry[] = [...(given?.entries ?? [])];
  for (const [name, value] of call.args.keywords)
    entries.push({ key: { name }, span: call.args.spans.get(name) ?? null, value });
  return { kind: 'dict', entries };
};

/** Functions of Python that make, walk and copy collections; null: not meant here after all. */
export const builtins: Record<string, (call: Call) => Value | null> = {
  list: listOf,
  tuple: listOf,
  sorted: listOf,
  reversed: (call) => call.run.growth.list([...iterated(first(call)).items].reverse()),
  dict,
  OrderedDict: dict,
  range: ({ args, run }) => range(args.positional, run.growth),
  enumerate: ({ args, run }) =>
    enumerated(iterated(args.positional[0] ?? unknown), args.positional[1] ?? args.keywords.get('start'), run.growth),
  zip: ({ args, run }) => zipped(args.positional.map(iterated), run.growth),
  len: (call) => {
    const { items } = iterated(first(call));
    return items.every(({ kind }) => kind === 'one') ? constant(items.length) : { kind: 'integer' };
  },
  int: (call) => (first(call).kind === 'constant' ? first(call) : { kind: 'integer' }),
  str: (call) => {
    const key = keyOf(first(call));
    return key && 'name' in key ? constant(key.name) : { kind: 'text', pattern: key?.pattern ?? '.+' };
  },
  getattr: (call) => {
    const [owner, name, fallback] = call.args.positional;
    if (owner?.kind !== 'self' || name?.kind !== 'constant') return fallback ?? unknown;
    const known = owner.instance.attributes.get(String(name.value));
    return known ? choice(known.map(({ value }) => value)) : unknown;
  },
  setattr: ({ args }) => {
    const [owner, name, value] = args.positional;
    const key = name ? keyOf(name) : null;
    const span = args.places[1] ?? args.places[2];
    if (owner?.kind === 'self' && value && span) define(owner.instance, key ?? { pattern: '.+' }, span, value);
    return unknown;
  },
  super: ({ args, frame }) => {
    const [start] = args.positional;
    const after = start?.kind === 'class' ? start : frame.owner;
    return frame.self && after ? { kind: 'super', instance: frame.self, after } : unknown;
  },
  deepcopy: first,
  copy: first,
  partial: first,
  cast: ({ args }) => args.positional[1] ?? unknown,
  isinstance: () => unknown,
  print: () => unknown,
};

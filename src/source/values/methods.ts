import type { Call } from './calls.js';
import { dictOf, keyed } from './containers.js';
import { define } from './define.js';
import { iterated } from './iterables.js';
import { escaped } from './strings.js';
import { choice, constant, type DictValue, type Item, keyOf, type ListValue, type Value, unknown } from './value.js';

/** The children that a list or a container grows by. */
function listIn(owner: Value): ListValue | null {
  if (owner.kind === 'list') return owner;
  if (owner.kind === 'module') return owner.children;
  return owner.kind === 'self' ? owner.instance.children : null;
}

function dictIn(owner: Value): DictValue | null {
  if (owner.kind === 'dict') return owner;
  if (owner.kind === 'module') return owner.entries;
  return owner.kind === 'self' ? owner.instance.entries : null;
}

const one = (value: Value): Item => ({ kind: 'one', value, span: null });

/** Hands the module itself back, moved or switched. */
const itself = (owner: Value): Value | null => (owner.kind === 'module' || owner.kind === 'self' ? owner : null);

function addModule(owner: Value, { args, run }: Call): Value | null {
  const [first, second] = args.positional;
  const [name, value] = [first ?? args.keywords.get('name'), second ?? args.keywords.get('module')];
  const span = args.places[0] ?? args.spans.get('name') ?? args.places[1] ?? args.spans.get('module');
  if (!name || !value || !span) return null;
  const key = keyOf(name) ?? { pattern: '.+' };
  const list = listIn(owner);
  if (list) run.growth.push(list, [{ kind: 'one', value, span, key }]);
  else if (owner.kind === 'self') define(owner.instance, key, span, value);
  else if (owner.kind === 'module')
    (owner.entries ??= { kind: 'dict', entries: [] }).entries.push({ key, span, value });
  return unknown;
}

/** Methods of lists, dicts and modules that matter for what is made; null: the owner has none of that name that is known. */
export const methods: Record<string, (owner: Value, call: Call) => Value | null> = {
  add_module: addModule,
  register_module: addModule,
  append: (owner, { items, run }) => {
    const list = listIn(owner);
    if (!list) return null;
    run.growth.push(list, items);
    return owner.kind === 'module' ? owner : unknown;
  },
  add: (owner, call) => (owner.kind === 'list' || owner.kind === 'module' ? methods.append(owner, call) : null),
  extend: (owner, { args, run }) => {
    const list = listIn(owner);
    if (!list || !args.positional[0]) return null;
    run.growth.push(list, iterated(args.positional[0]).items);
    return owner.kind === 'module' ? owner : unknown;
  },
  insert: (owner, { args, items }) => {
    const list = listIn(owner);
    const [at] = args.positional;
    if (!list || !items[1]) return null;
    const index = at?.kind === 'constant' && typeof at.value === 'number' ? at.value : list.items.length;
    list.items.splice(index, 0, items[1]);
    return unknown;
  },
  pop: (owner) => {
    const list = listIn(owner);
    const last = list?.items.at(-1);
    if (!list || last?.kind !== 'one') return null;
    list.items.pop();
    return last.value;
  },
  update: (owner, { args }) => {
    const dict = dictIn(owner);
    const more = args.positional[0] ? dictOf(args.positional[0]) : null;
    if (!dict) return null;
    dict.entries.push(...(more?.entries ?? []));
    for (const [name, value] of args.keywords)
      dict.entries.push({ key: { name }, span: args.spans.get(name) ?? null, value });
    return unknown;
  },
  items: (owner, { run }) => {
    const dict = dictIn(owner);
    return dict
      ? run.growth.list(
          dict.entries.map(({ key, value }) =>
            one(
              run.growth.list([
                one('name' in key ? constant(key.name) : { kind: 'text', pattern: key.pattern }),
                one(value),
              ]),
            ),
          ),
        )
      : null;
  },
  keys: (owner) => (dictIn(owner) ? iterated(owner) : null),
  values: (owner, { run }) => {
    const dict = dictIn(owner);
    return dict ? run.growth.list(keyed(dict)) : null;
  },
  children: (owner) => listIn(owner),
  get: (owner, { args }) => {
    const dict = dictIn(owner);
    const key = args.positional[0] ? keyOf(args.positional[0]) : null;
    if (!dict) return null;
    const exact = dict.entries.filter(
      (entry) => key && 'name' in key && 'name' in entry.key && entry.key.name === key.name,
    );
    return choice((exact.length > 0 ? exact : dict.entries).map(({ value }) => value));
  },
  format: (owner, { args }) => {
    if (owner.kind !== 'constant' || typeof owner.value !== 'string') return null;
    let next = 0;
    let open = false;
    const parts = owner.value.split(/(\{[^{}]*\})/).map((part) => {
      if (!part.startsWith('{')) return { text: part, pattern: escaped(part) };
      const place = part.slice(1, -1).split(/[:!]/)[0];
      const given = /^\w*[A-Za-z_]\w*$/.test(place)
        ? args.keywords.get(place)
        : args.positional[Number(place || next++)];
      const key = given ? keyOf(given) : null;
      if (key && 'name' in key) return { text: key.name, pattern: escaped(key.name) };
      open = true;
      return { text: '', pattern: key?.pattern ?? '.+' };
    });
    return open
      ? { kind: 'text', pattern: parts.map(({ pattern }) => pattern).join('') }
      : constant(parts.map(({ text }) => text).join(''));
  },
  copy: (owner, { run }) =>
    owner.kind === 'list'
      ? run.growth.list([...owner.items])
      : owner.kind === 'dict'
        ? { kind: 'dict', entries: [...owner.entries] }
        : null,
  to: itself,
  cuda: itself,
  cpu: itself,
  eval: itself,
  train: itself,
  float: itself,
  double: itself,
  half: itself,
  bfloat16: itself,
  requires_grad_: itself,
  share_memory: itself,
};

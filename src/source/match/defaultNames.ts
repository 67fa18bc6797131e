import type { PythonProgram } from '../program.js';
import { callFunction } from '../values/callFunction.js';
import { methodOf } from '../values/classes.js';
import type { Interpreter } from '../values/interpreter.js';
import { noArguments } from '../values/run.js';
import { type ClassValue, type Instance, keyOf, type ModuleValue, type Span } from '../values/value.js';
import { type Bindings } from './bind.js';
import { type Fitter, lastPart } from './fit.js';
import { collect, kerasName, madeByFunctions } from './madeInOrder.js';
import { layerCount, type ModuleNode } from './moduleTree.js';

/**
 * Layers that are named by the call that makes them, as in Keras, Flax and Haiku: `Dense(8, name="head")`, and without a name
 * by their class and a counter: `dense`, `dense_1` (Keras), `Dense_0` (Flax), `conv2_d` (Haiku).
 */
interface Unit {
  /** The function or class that makes the layers; null for a script. */
  name: string | null;
  class: ClassValue | null;
  made: readonly ModuleValue[];
}

const methods = ['__call__', 'call', 'forward'];
const leastShare = 0.5;

/** Finds the function, class or script whose layers' names the model has most of, and ties these. */
export function bindDefaultNames(
  program: PythonProgram,
  root: ModuleNode,
  classes: readonly ClassValue[],
  found: Bindings,
  fitter: Fitter,
  run: Interpreter,
): void {
  const inside = new Map<ClassValue['syntax'], readonly ModuleValue[]>();
  /** What an object makes in its constructor and when it is called. */
  const madeBy = (made: ClassValue): readonly ModuleValue[] => {
    const known = inside.get(made.syntax);
    if (known) return known;
    inside.set(made.syntax, []);
    const instance = run.instanceOf(blank(made));
    const called = collect(run, () => {
      for (const name of methods) {
        const method = methodOf(made, name, run);
        if (method && instance) callFunction({ ...method, self: instance }, null, [], 1, run);
      }
    });
    const all = [...(instance?.made ?? []), ...called];
    inside.set(made.syntax, all);
    return all;
  };

  const units: Unit[] = classes.map((one) => ({ name: one.name, class: one, made: madeBy(one) }));
  for (const [name, made] of madeByFunctions(
    program,
    run,
    units.flatMap((unit) => unit.made),
  ))
    units.push({ name, class: null, made });

  const match = (unit: Unit) =>
    levelMatch(root, unit.made, fitter, (module) => (module.class ? madeBy(module.class) : childrenOf(module)));
  const rated = units.map((unit) => ({ unit, pairs: match(unit) }));
  const share = (pairs: readonly Pair[]) =>
    pairs.filter(({ depth }) => depth === 0).reduce((sum, { node }) => sum + layerCount(node), 0) /
    Math.max(1, layerCount(root));
  const most = Math.max(0, ...rated.map(({ pairs }) => share(pairs)));
  if (most < leastShare) return;
  for (const { unit, pairs } of rated.filter((one) => share(one.pairs) === most)) {
    if (unit.class) own(found, unit.class, root);
    else if (unit.name) found.builders.add(unit.name);
    for (const { node, module, parent } of pairs) {
      const owner = node.parent === root ? unit.class : (parent?.class ?? null);
      const attribute = owner ? attributeOf(run.instanceOf(blank(owner)), module) : null;
      const spans = found.made.get(node) ?? new Set<Span>();
      found.made.set(node, spans.add(attribute?.span ?? module.args.spans.get('name') ?? module.span));
      if (attribute && node.parent) {
        const names = found.aliases.get(node.parent) ?? new Map<string, { node: ModuleNode; span: Span }>();
        found.aliases.set(node.parent, names.set(attribute.name, { node, span: attribute.span }));
      }
      if (module.class) own(found, module.class, node);
    }
  }
}

interface Pair {
  node: ModuleNode;
  module: ModuleValue;
  parent: ModuleValue | null;
  depth: number;
}

/** Pairs the modules below a node with the calls that made them, by given names, then by class and order. */
function levelMatch(
  node: ModuleNode,
  made: readonly ModuleValue[],
  fitter: Fitter,
  inside: (module: ModuleValue) => readonly ModuleValue[],
  parent: ModuleValue | null = null,
  depth = 0,
): Pair[] {
  if (depth > 16) return [];
  const pairs: Pair[] = [];
  const left = new Set(node.children.values());
  const pair = (child: ModuleNode, module: ModuleValue) => {
    if (fitter.fit(withoutInside(module), child) === 0 && child.children.size === 0) return;
    left.delete(child);
    pairs.push({ node: child, module, parent, depth });
    if (child.children.size > 0) pairs.push(...levelMatch(child, inside(module), fitter, inside, module, depth + 1));
  };
  const unnamed: ModuleValue[] = [];
  for (const module of made) {
    const name = module.args.keywords.get('name');
    const key = name ? keyOf(name) : null;
    if (!key || (name?.kind === 'constant' && name.value === null)) {
      unnamed.push(module);
      continue;
    }
    const pattern = 'name' in key ? null : new RegExp(`^(?:${key.pattern})$`, 'u');
    const exact = [...left].filter((child) =>
      pattern ? pattern.test(child.name) : 'name' in key && child.name === key.name,
    );
    // A layer that was called before has a number in Keras 3: `stem_1`.
    const counted = [...left].filter((child) => 'name' in key && child.name.replace(/_\d+$/, '') === key.name);
    for (const child of exact.length > 0 ? exact : counted.slice(0, 1)) pair(child, module);
  }
  for (const base of basesOf) {
    const groups = new Map<string, ModuleValue[]>();
    for (const module of unnamed) {
      const name = base(lastPart(module.name));
      const group = groups.get(name);
      if (group) group.push(module);
      else groups.set(name, [module]);
    }
    for (const [name, modules] of groups) {
      const children = [...left].flatMap((child) => {
        const count =
          child.name === name ? 0 : child.name.startsWith(`${name}_`) ? Number(child.name.slice(name.length + 1)) : NaN;
        return Number.isInteger(count) ? [{ child, count }] : [];
      });
      children.sort((a, b) => a.count - b.count);
      children.forEach(({ child, count }, i) => {
        // Counters go on through a session; they begin at 0 where only some of the layers show.
        const module = modules[children.length === modules.length ? i : count];
        if (module) pair(child, module);
      });
    }
  }
  return pairs;
}

/** How a class becomes a name: Keras, Haiku, Flax. */
const basesOf: readonly ((name: string) => string)[] = [
  kerasName,
  (name) => name.replace(/((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g, '_$1').toLowerCase(),
  (name) => name,
];

/** Layers handed to a container that are its own. */
const childrenOf = ({ children }: ModuleValue): ModuleValue[] =>
  (children?.items ?? []).flatMap((item) => (item.kind === 'one' && item.value.kind === 'module' ? [item.value] : []));

function own({ classes }: Bindings, made: ClassValue, node: ModuleNode): void {
  const entry = classes.get(made.syntax) ?? { class: made, nodes: new Set() };
  entry.nodes.add(node);
  classes.set(made.syntax, entry);
}

function attributeOf(instance: Instance | null, module: ModuleValue): { name: string; span: Span } | null {
  for (const [name, definitions] of instance?.attributes ?? [])
    for (const { value, span } of definitions)
      if (value.kind === 'module' && samePlace(value.span, module.span)) return { name, span };
  return null;
}

const samePlace = (a: Span, b: Span): boolean => a.chunk === b.chunk && a.start === b.start;

const blanks = new WeakMap<ClassValue['syntax'], ModuleValue>();

function blank(made: ClassValue): ModuleValue {
  let module = blanks.get(made.syntax);
  if (!module) {
    const span = { file: made.file, chunk: made.chunk, start: made.syntax.start, end: made.syntax.end };
    module = { kind: 'module', class: made, name: made.name, span, args: noArguments, children: null, entries: null };
    blanks.set(made.syntax, module);
  }
  return module;
}

/** For its operator alone; what is inside is matched by name. */
const withoutInside = (module: ModuleValue): ModuleValue =>
  module.class || module.children
    ? { ...module, class: null, children: null, entries: null, name: '?', instance: undefined }
    : module;

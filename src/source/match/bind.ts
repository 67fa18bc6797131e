import type { Interpreter } from '../values/interpreter.js';
import { type ClassValue, type Instance, optionsOf, type Span, type Value } from '../values/value.js';
import { definitionsOf, entriesNamed, type Fitter, keyedItems } from './fit.js';
import { layerCount, type ModuleNode } from './moduleTree.js';
import { openObject } from './openObject.js';

/** What is found out about the modules of a model. */
export interface Bindings {
  /** Where each module is made and named. */
  made: Map<ModuleNode, Set<Span>>;
  /** The classes of the code, by their syntax, and the modules that are of them. */
  classes: Map<ClassValue['syntax'], { class: ClassValue; nodes: Set<ModuleNode> }>;
  /** Other names of a child: after `self.again = self.enc` there are two, and a model has one of them. */
  aliases: Map<ModuleNode, Map<string, { node: ModuleNode; span: Span }>>;
  /** Functions that give the model: `build_model()`. */
  builders: Set<string>;
  /** Modules whose inside the code at hand does not show: a framework's transformer, a package's backbone. */
  opaque: Set<ModuleNode>;
}

export const noBindings = (): Bindings => ({
  made: new Map(),
  classes: new Map(),
  aliases: new Map(),
  builders: new Set(),
  opaque: new Set(),
});

/** Leads the modules below a node to the code that makes them; the node itself is made by `value`. */
export function bind(node: ModuleNode, value: Value, found: Bindings, fitter: Fitter, run: Interpreter): void {
  const visit = (at: ModuleNode, made: Value, depth: number): void => {
    if (depth > 64) return;
    for (const option of bestOf(optionsOf(made), (one) => fitter.fit(one, at))) visitOne(at, option, depth);
  };
  const place = (child: ModuleNode, span: Span | null, made: Value, depth: number): void => {
    if (span) {
      const spans = found.made.get(child) ?? new Set();
      found.made.set(child, spans.add(span));
    }
    visit(child, made, depth + 1);
  };
  const visitOne = (at: ModuleNode, made: Value, depth: number): void => {
    if (made.kind === 'list') {
      children(at, made.items, depth);
      return;
    }
    if (made.kind === 'dict') {
      for (const child of at.children.values())
        for (const { span, value: inside } of entriesNamed(made.entries, child.name)) place(child, span, inside, depth);
      return;
    }
    const isOpen = made.kind === 'unknown' || made.kind === 'external' || (made.kind === 'module' && made.name === '?');
    if (isOpen) {
      adopt(at, depth);
      return;
    }
    if (made.kind !== 'module') return;
    const instance = run.instanceOf(made);
    if (instance) {
      const { class: own } = instance;
      const entry = found.classes.get(own.syntax) ?? { class: own, nodes: new Set() };
      if (entry.nodes.has(at)) return;
      entry.nodes.add(at);
      found.classes.set(own.syntax, entry);
      for (const child of at.children.values()) {
        const definitions = definitionsOf(instance, child.name);
        for (const one of bestOf(definitions, (definition) => fitter.fit(definition.value, child)))
          place(child, one.span, one.value, depth);
      }
    }
    if (instance) addAliases(at, instance, found);
    const list = instance?.children ?? made.children;
    if (list) children(at, list.items, depth);
    const entries = instance?.entries ?? made.entries;
    if (entries)
      for (const child of at.children.values())
        for (const { span, value: inside } of entriesNamed(entries.entries, child.name))
          place(child, span, inside, depth);
    if (!instance && !list && !entries) found.opaque.add(at);
  };
  const children = (at: ModuleNode, items: Parameters<Fitter['sequence']>[0], depth: number): void => {
    const { places } = fitter.sequence(items, at);
    for (const child of at.children.values()) {
      const named = keyedItems(items, child.name);
      const here = named.length > 0 ? named : (places[Number(child.name)] ?? []);
      for (const { span, value: inside } of here) place(child, span, inside, depth);
    }
  };
  /** A module of a class that the code leaves open (`block(64)`): the classes at hand that fit it best. */
  const adopt = (at: ModuleNode, depth: number): void => {
    if (at.children.size === 0 || layerCount(at) === 0) {
      found.opaque.add(at);
      return;
    }
    const options = bestOf(fitter.classesFor(at).map(openObject), (one) => fitter.fit(one, at)).filter(
      (one) => fitter.fit(one, at) > 0.75,
    );
    for (const option of options) visitOne(at, option, depth + 1);
    if (options.length === 0) found.opaque.add(at);
  };
  visit(node, value, 0);
}

function addAliases(at: ModuleNode, { attributes }: Instance, { aliases }: Bindings): void {
  const names = new Map<Value, ModuleNode>();
  for (const [name, definitions] of attributes) {
    const child = at.children.get(name);
    if (child) for (const { value } of definitions) if (value.kind === 'module') names.set(value, child);
  }
  for (const [name, definitions] of attributes)
    for (const { value, span } of definitions) {
      const node = at.children.has(name) ? undefined : names.get(value);
      if (!node) continue;
      const known = aliases.get(at) ?? new Map<string, { node: ModuleNode; span: Span }>();
      aliases.set(at, known.set(name, { node, span }));
    }
}

/** Those that fit best; none where none fits. */
export function bestOf<T>(options: readonly T[], fit: (option: T) => number): T[] {
  if (options.length === 1) return [...options];
  const fits = options.map(fit);
  const most = Math.max(...fits);
  return most <= 0 ? [] : options.filter((_, i) => fits[i] >= most - 1e-6);
}

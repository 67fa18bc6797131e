import type { Interpreter } from '../values/interpreter.js';
import {
  type ClassValue,
  type Definition,
  type Entry,
  type Instance,
  type Item,
  type Key,
  type ModuleValue,
  type Value,
} from '../values/value.js';
import { layerCount, type ModuleNode } from './moduleTree.js';
import { kindOfClass, kindOfOperator } from '../operatorKind.js';
import { openObject } from './openObject.js';
import { matchSequence, type Single } from './sequence.js';
import { statedUnits } from './units.js';

/** How well a module of the code fits a module of the model: from 0 (it can't be) to 1 (each layer is found). */
export interface Fitter {
  fit(value: Value, node: ModuleNode): number;
  /** Items of a container for each numbered child. */
  sequence(items: readonly Item[], node: ModuleNode): { places: Single[][]; gain: number };
  /** 1 for what must show in a model (a convolution), 0 for what may not (a Dropout). */
  presence(value: Value, depth?: number): number;
  /** The classes at hand. */
  classes(): readonly ClassValue[];
  /** Those that a module may be of whose class the code leaves open. */
  classesFor(node: ModuleNode): readonly ClassValue[];
}

/** Where nothing speaks for or against. */
const open = 0.4;

export function fitter(run: Interpreter, classes: () => readonly ClassValue[]): Fitter {
  const known = new WeakMap<ModuleNode, Map<Value | Instance, number>>();
  const lengths = new WeakMap<ModuleNode, number>();
  const sequences = new WeakMap<readonly Item[], Map<ModuleNode, ReturnType<Fitter['sequence']>>>();

  const remembered = (of: Value | Instance, node: ModuleNode, compute: () => number): number => {
    let values = known.get(node);
    if (!values) known.set(node, (values = new Map()));
    let value = values.get(of);
    if (value === undefined) {
      // A module that is inside itself fits nowhere.
      values.set(of, 0);
      value = compute();
      values.set(of, value);
    }
    return value;
  };

  const self: Fitter = {
    classes,
    classesFor: (node) =>
      node.class === null ? classes() : classes().filter(({ name }) => name === lastPart(node.class!)),
    fit(value, node) {
      if (value.kind === 'choice') return Math.max(...value.options.map((option) => self.fit(option, node)));
      if (value.kind === 'self') return 0;
      if (value.kind === 'list') return sequenceFit(value.items, node);
      if (value.kind === 'dict') return entriesFit(value.entries, node);
      if (value.kind !== 'module') return value.kind === 'unknown' || value.kind === 'external' ? open / 2 : 0;
      const instance = run.instanceOf(value);
      return remembered(instance ?? value, node, () => moduleFit(value, instance, node));
    },
    sequence(items, node) {
      let known = sequences.get(items);
      if (!known) sequences.set(items, (known = new Map()));
      const result = known.get(node) ?? sequence(items, node);
      known.set(node, result);
      return result;
    },
    presence(value, depth = 0) {
      if (value.kind === 'choice') return Math.min(...value.options.map((option) => self.presence(option, depth)));
      if (value.kind === 'list')
        return depth < 6 && someItem(value.items, (item) => self.presence(item, depth + 1) === 1) ? 1 : 0;
      if (value.kind !== 'module' || depth > 6) return 0;
      const kind = kindOfClass(value.name);
      if (!value.class && kind) return ['convolution', 'transposed', 'linear', 'recurrent'].includes(kind) ? 1 : 0;
      if (value.children) return self.presence(value.children, depth + 1);
      const instance = value.class ? run.instanceOf(value) : null;
      if (!instance) return 0;
      if (instance.children && self.presence(instance.children, depth + 1)) return 1;
      return [...instance.attributes.values()].some((definitions) =>
        definitions.every((definition) => self.presence(definition.value, depth + 1) === 1),
      )
        ? 1
        : 0;
    },
  };

  function sequence(items: readonly Item[], node: ModuleNode): ReturnType<Fitter['sequence']> {
    let length = lengths.get(node);
    if (length === undefined) {
      length = Math.max(
        0,
        ...[...node.children.keys()].filter((name) => /^\d+$/.test(name)).map((name) => Number(name) + 1),
      );
      lengths.set(node, length);
    }
    // No container has so many children: the number is something else.
    if (length > 4096) return { places: [], gain: -Infinity };
    return matchSequence(items, {
      length,
      at: (place, { value, key }) => {
        const child = node.children.get(String(place));
        // What has a name of its own takes a place, but no number.
        if (key) return child && !matches(key, child.name) ? -1 : 0;
        return child ? self.fit(value, child) * 2 - 1 : -self.presence(value);
      },
      absent: ({ value, key }) => (key ? 0 : self.presence(value)),
    });
  }

  function moduleFit(value: ModuleValue, instance: Instance | null, node: ModuleNode): number {
    if (node.class !== null && !sameClass(value, node.class)) return 0;
    if (instance) return instanceFit(instance, node);
    if (value.children) return sequenceFit(value.children.items, node);
    if (value.entries) return entriesFit(value.entries.entries, node);
    const kind = kindOfClass(value.name);
    if (value.name === '?' && node.children.size > 0 && layerCount(node) > 0)
      return Math.max(open, ...self.classesFor(node).map((one) => 0.9 * self.fit(openObject(one), node)));
    if (value.name === '?' || kind === null) return node.class === null ? open : 1;
    if (kind === 'silent') return layerCount(node) > 0 ? 0 : open;
    const layers = [...node.layers, ...node.foldedLayers];
    // Only attention and the like have modules inside that the code does not name.
    if (node.children.size > 0 && node.class === null) return 0;
    const kinds = layers.map(({ op }) => kindOfOperator(op)).filter((one) => one !== null);
    const isFolded = kind === 'norm' && node.foldedLayers.length > 0;
    if (!isFolded && kinds.length > 0 && !kinds.includes(kind)) return 0;
    const units = statedUnits(value);
    const stated = layers.filter(({ units: count }) => count !== null);
    if (units !== null && stated.length > 0 && !stated.some(({ units: count }) => count === units))
      // Pruned or edited since: possible, but any other is better.
      return kind === 'linear' && stated.every(({ shape }) => !shape) ? open : open / 4;
    return 1;
  }

  /** Share of the layers that attributes explain, less what the code makes and the model has not. */
  function instanceFit(instance: Instance, node: ModuleNode): number {
    const total = layerCount(node);
    let explained = node.layers.length;
    const list = instance.children ? self.sequence(instance.children.items, node) : null;
    for (const child of node.children.values()) {
      const own = definitionsOf(instance, child.name).map(({ value }) => self.fit(value, child));
      const numbered = (list?.places[Number(child.name)] ?? []).map(({ value }) => self.fit(value, child));
      const entries = instance.entries
        ? entriesNamed(instance.entries.entries, child.name).map((e) => self.fit(e.value, child))
        : [];
      const fits = Math.max(0, ...own, ...numbered, ...entries);
      // Its own weight makes a difference where a child has no layer (a normalisation that was folded away).
      explained += fits * layerCount(child);
    }
    let missing = 0;
    for (const [name, definitions] of instance.attributes)
      if (!node.children.has(name) && definitions.every(({ value }) => self.presence(value) === 1)) missing++;
    const made = total + missing;
    if (made > 0) return explained / made;
    return total === 0 ? open : 0;
  }

  function sequenceFit(items: readonly Item[], node: ModuleNode): number {
    const total = layerCount(node);
    if (total === 0) return open;
    let explained = 0;
    const { places } = self.sequence(items, node);
    for (const child of node.children.values()) {
      const candidates = [...(places[Number(child.name)] ?? []), ...keyedItems(items, child.name)];
      explained += Math.max(0, ...candidates.map(({ value }) => self.fit(value, child))) * layerCount(child);
    }
    return explained / total;
  }

  function entriesFit(entries: readonly Entry[], node: ModuleNode): number {
    const total = layerCount(node);
    if (total === 0) return open;
    let explained = 0;
    for (const child of node.children.values())
      explained +=
        Math.max(0, ...entriesNamed(entries, child.name).map(({ value }) => self.fit(value, child))) *
        layerCount(child);
    return explained / total;
  }
  return self;
}

/** `net.Block` and `__main__.Block` are the class Block; where it was defined inside a function, `main.<locals>.Block`. */
const sameClass = (value: ModuleValue, name: string): boolean => {
  const last = lastPart(name);
  if (value.class) return value.class.name === last;
  return (
    value.name === '?' ||
    kindOfClass(value.name) === null ||
    lastPart(value.name) === last ||
    looseNames(lastPart(value.name), last)
  );
};

/** `nn.LazyLinear` is a Linear once it has run; parametrised classes carry a prefix. */
const looseNames = (code: string, model: string): boolean =>
  code.replace(/^Lazy/, '') === model ||
  model === `Parametrized${code}` ||
  model === `NonDynamicallyQuantizable${code}`;

export const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const matches = (key: Key, name: string): boolean =>
  'name' in key ? key.name.normalize('NFKC') === name : new RegExp(`^(?:${key.pattern})$`, 'u').test(name);

/** Definitions of an attribute by its name; by a pattern only where no name is the same. Numbers and the like are none. */
export function definitionsOf(instance: Instance, name: string): Definition[] {
  const exact = (instance.attributes.get(name) ?? []).filter(({ value }) => mayBeModule(value));
  if (exact.length > 0) return exact;
  // Flax numbers the elements of a list: `layers_0`.
  const [, list, number] = /^(.+)_(\d+)$/.exec(name) ?? [];
  const element = (instance.attributes.get(list) ?? []).flatMap(({ value }) => {
    const item = value.kind === 'list' ? value.items[Number(number)] : undefined;
    return item?.kind === 'one' && item.span ? [{ span: item.span, value: item.value }] : [];
  });
  if (element.length > 0) return element;
  const fitting = instance.patterns.filter(({ pattern }) => matches({ pattern }, name));
  // Of several patterns the longest says most.
  const longest = Math.max(...fitting.map(({ pattern }) => pattern.length));
  return fitting.filter(({ pattern }) => pattern.length === longest).map(({ definition }) => definition);
}

export function entriesNamed(entries: readonly Entry[], name: string): Entry[] {
  const exact = entries.filter(({ key }) => 'name' in key && matches(key, name));
  return exact.length > 0 ? exact : entries.filter(({ key }) => matches(key, name));
}

export function keyedItems(items: readonly Item[], name: string): Single[] {
  const found = items.flatMap((item): Single[] => {
    if (item.kind !== 'one') return keyedItems(item.kind === 'repeat' ? item.items : item.branches.flat(), name);
    return item.key && matches(item.key, name) ? [item] : [];
  });
  const exact = found.filter(({ key }) => key && 'name' in key);
  return exact.length > 0 ? exact : found;
}

function someItem(items: readonly Item[], test: (value: Value) => boolean): boolean {
  return items.some((item) => item.kind === 'one' && test(item.value));
}

export const mayBeModule = (value: Value): boolean =>
  ['module', 'choice', 'unknown', 'list', 'dict'].includes(value.kind);

import { moduleOfParameter, tensorFlowScope, tensorFlowVariable, torchScriptScope } from './nodeScope.js';
import { parsePythonList } from './pythonList.js';
import type { SourceFrame } from '../shared/model.js';
import { framesOfDoc, framesOfTrace } from './stackTrace.js';

/** What a model's file says of a node's origin. */
export interface NodeNames {
  name: string;
  metadata: ReadonlyMap<string, string>;
  doc: string;
  /** Name of the weight (not the bias: equal biases are merged across modules) that enters the node. */
  weight: string | null;
}

export interface ModuleReference {
  /** Path of the module in the training code (`layer1.0.conv1`). */
  module: string | null;
  /** Other modules that are in the node too: the batch norm that was folded into a convolution. */
  aliases: string[];
  /** Lines of the user's own code, innermost first. */
  stack: SourceFrame[];
  /** The modules around the node with their classes, outermost first, where the exporter wrote them. */
  scopes: { path: string; class: string }[];
}

/**
 * The modules that a model's nodes come from, in the order of the nodes. Looks at all of them together: where an
 * exporter lost a part of a path, siblings that have weights still know it.
 */
export function moduleReferences(nodes: readonly NodeNames[]): ModuleReference[] {
  const repair = lostContainers(nodes);
  const fromTensorFlow = tensorFlowLayers(nodes);
  return nodes.map((node) => {
    const { metadata } = node;
    const trace = metadata.get('pkg.torch.onnx.stack_trace');
    const stack = trace ? framesOfTrace(trace) : framesOfDoc(node.doc);
    const scopes = parsePythonList(metadata.get('pkg.torch.onnx.name_scopes') ?? '');
    if (scopes && scopes.length >= 2) {
      const classes = parsePythonList(metadata.get('pkg.torch.onnx.class_hierarchy') ?? '') ?? [];
      return { ...fromScopes(node, scopes, classes), stack, scopes: withClasses(scopes, classes) };
    }
    const module = fromTorchScript(node, repair) ?? weightModule(node);
    const found = module === null ? fromTensorFlow(node) : { module: module || null, aliases: [] };
    return { ...found, stack, scopes: [] };
  });
}

/** Both lists end with the operation itself. */
const withClasses = (scopes: readonly string[], classes: readonly string[]): ModuleReference['scopes'] =>
  scopes.length === classes.length ? scopes.slice(0, -1).map((path, i) => ({ path, class: classes[i] })) : [];

const weightModule = (node: NodeNames): string | null => (node.weight === null ? null : moduleOfParameter(node.weight));

/**
 * PyTorch's current exporter: the scope before the last is the module. Two cases in which the weight knows better: a
 * convolution that swallowed its batch norm carries the batch norm's scope, and a module may call its child's weight
 * without calling the child (`MultiheadAttention.out_proj`). Otherwise the scope is right, also where equal or shared
 * weights were merged under one name.
 */
function fromScopes(
  node: NodeNames,
  scopes: readonly string[],
  classes: readonly string[],
): Pick<ModuleReference, 'module' | 'aliases'> {
  const scope = scopes.at(-2)!;
  const className = classes.at(-2)?.split('.').at(-1) ?? '';
  const weight = weightModule(node);
  const folded = /norm/i.test(className) && weight !== null && weight !== scope && !/norm/i.test(node.name);
  const isChild = weight !== null && weight.startsWith(scope === '' ? '' : `${scope}.`);
  if (weight !== null && weight !== scope && (folded || (isChild && scope !== ''))) {
    return { module: weight, aliases: scope === '' ? [] : [scope] };
  }
  return { module: scope || (isChild ? weight : null), aliases: [] };
}

/**
 * The TorchScript exporter: the node's name, with two losses that weights make good: a ModuleDict's own name is missing
 * (`/a/Gemm` for `towers.a`), and a module that is called twice is numbered (`/act_1/Relu`).
 */
function fromTorchScript(node: NodeNames, repair: Repair): string | null {
  const scope = torchScriptScope(node.name);
  if (scope === null) {
    return null;
  }
  if (scope === '') {
    return '';
  }
  const weight = weightModule(node);
  const base = withoutCount(scope);
  if (weight !== null && (weight === base || fits(scope, weight) || fits(base, weight))) {
    return weight;
  }
  return restored(base !== scope && repair.known.has(base) ? base : scope, repair);
}

/**
 * TensorFlow's exporters, Keras's own among them: the node's name. A convolution that swallowed its batch norm carries the
 * batch norm's name, or one that the converter made up (`Conv__22`); its weight knows better. Keras 3 traces a model that was
 * built before once more, and TensorFlow then numbers every name in it: `small_1/stem_1` is `stem`.
 */
function tensorFlowLayers(
  nodes: readonly NodeNames[],
): (node: NodeNames) => Pick<ModuleReference, 'module' | 'aliases'> {
  const scopes = nodes.map(({ name, weight }) => ({
    own: tensorFlowScope(name),
    weight: weight === null ? null : tensorFlowVariable(weight),
  }));
  const all = scopes.flatMap(({ own, weight }) => [own, weight]).filter((scope) => scope !== null);
  const layers = new Set(all.map(({ layer }) => layer));
  const isCounted = all.every(({ model, layer }) => [model, ...layer.split('/')].every((name) => /_\d+$/.test(name)));
  const uncounted = (layer: string) => layer.replace(/_\d+(?=\/|$)/g, '');
  const isCopy = isCounted && new Set([...layers].map(uncounted)).size === layers.size;
  const nameOf = (layer: string) => (isCopy ? uncounted(layer) : layer);
  const isNorm = (layer: string) => /norm/i.test(layer.slice(layer.lastIndexOf('/') + 1));
  const found = new Map(nodes.map((node, i) => [node, scopes[i]]));
  return (node) => {
    const { own, weight } = found.get(node)!;
    const isFolded = own && weight && own.layer !== weight.layer && isNorm(own.layer) && !isNorm(weight.layer);
    const scope = isFolded ? weight : (own ?? weight);
    return { module: scope && nameOf(scope.layer), aliases: isFolded ? [nameOf(own.layer)] : [] };
  };
}

interface Repair {
  /** Paths that exist for certain. */
  known: ReadonlySet<string>;
  /** Beginning of a path as the exporter wrote it → as it is; null where two contradict each other. */
  beginnings: ReadonlyMap<string, string | null>;
}

function lostContainers(nodes: readonly NodeNames[]): Repair {
  const known = new Set<string>();
  const beginnings = new Map<string, string | null>();
  for (const node of nodes) {
    const scope = torchScriptScope(node.name);
    if (!scope) {
      continue;
    }
    if (withoutCount(scope) === scope) {
      known.add(scope);
    }
    const weight = weightModule(node);
    if (weight === null) {
      continue;
    }
    known.add(weight);
    const written = fits(scope, weight) ? scope : withoutCount(scope);
    const places = alignment(written.split('.'), weight.split('.'));
    if (!places) {
      continue;
    }
    const from = written.split('.');
    const to = weight.split('.');
    places.forEach((place, i) => {
      const key = from.slice(0, i + 1).join('.');
      const value = to.slice(0, place + 1).join('.');
      beginnings.set(key, beginnings.has(key) && beginnings.get(key) !== value ? null : value);
    });
  }
  return { known, beginnings };
}

/** Replaces the longest beginning that siblings with weights know better. */
function restored(path: string, { beginnings }: Repair): string {
  const segments = path.split('.');
  for (let length = segments.length; length > 0; length--) {
    const better = beginnings.get(segments.slice(0, length).join('.'));
    if (better) {
      return [better, ...segments.slice(length)].join('.');
    }
  }
  return path;
}

const withoutCount = (path: string): string => path.replace(/_\d+$/, '');

/** Whether `written` is `whole` with some segments (but never the last) missing. */
const fits = (written: string, whole: string): boolean => alignment(written.split('.'), whole.split('.')) !== null;

/** For each segment of `part` its place in `whole`, both ends aligned from the end; null where they do not fit. */
function alignment(part: string[], whole: string[]): number[] | null {
  const places: number[] = [];
  let j = whole.length - 1;
  for (let i = part.length - 1; i >= 0; i--) {
    while (j >= 0 && whole[j] !== part[i]) {
      if (i === part.length - 1) {
        return null;
      }
      j--;
    }
    if (j < 0) {
      return null;
    }
    places.unshift(j--);
  }
  return places;
}

import type { Layer } from '../../shared/model.js';
import { type ModuleReference, moduleReferences } from '../../source/index.js';
import { expressionsOf } from './expressions.js';
import { indexOf, opName } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { kindOf, type LayerKind } from './operators.js';
import { learnedBy, sum } from './parameters.js';
import { type Fact, inferFacts, isNumber } from './shape/index.js';
import { unitAxes, usualUnitAxis } from './unitAxis.js';
import { writtenOutNorm } from './writtenOutNorm.js';

/** A layer, and what the search for layers knows of it besides. */
export interface FoundLayer {
  layer: Layer;
  kind: LayerKind;
  /** The nodes that the layer is: a MatMul and the Add of its bias are one. */
  nodes: readonly Node[];
}

const found = new WeakMap<OnnxModel, FoundLayer[]>();

/** The layers of a model's main graph, in the order in which they are computed. */
export function layersOf(model: OnnxModel): FoundLayer[] {
  let layers = found.get(model);
  if (!layers) {
    layers = find(model);
    found.set(model, layers);
  }
  return layers;
}

function find(model: OnnxModel): FoundLayer[] {
  const index = indexOf(model);
  const references = referencesOf(model);
  const layers: FoundLayer[] = [];
  const taken = new Set<Node>();
  for (const node of index.sorted) {
    const made = taken.has(node) ? null : layerNodes(model, node);
    if (made) {
      made.nodes.forEach((part) => taken.add(part));
      const layer = describe(model, made.output, made.nodes, references.get(node)!);
      layers.push({ ...made, layer: made.op ? { ...layer, op: made.op } : layer });
    }
  }
  return layers;
}

/** Any tensor that a node of the main graph computes, described as a layer; null where there is none of that name. */
export function describeTensor(model: OnnxModel, tensor: string): Layer | null {
  const node = indexOf(model).producer.get(tensor);
  return node ? describe(model, tensor, [node], referencesOf(model).get(node)!) : null;
}

/** The nodes that an activation function written as several nodes is made of: x · sigmoid(x), GELU by erf. */
export function expressionNodes(model: OnnxModel, { layer, nodes }: FoundLayer): Node[] {
  const { producer } = indexOf(model);
  const expressions = expressionsOf(model);
  const root = expressions.root(layer.name);
  const inside = new Set(nodes);
  for (const node of inside) {
    for (const input of node.inputs) {
      const maker = input === root || expressions.root(input) !== root ? undefined : producer.get(input);
      if (maker) inside.add(maker);
    }
  }
  return [...inside];
}

/** Every module that the nodes' metadata name, with its class. */
export function modulesOf(model: OnnxModel): { path: string; class: string }[] {
  const modules = new Map<string, string>();
  for (const { scopes } of referencesOf(model).values())
    for (const { path, class: name } of scopes) if (!modules.has(path)) modules.set(path, name);
  return [...modules].map(([path, name]) => ({ path, class: name }));
}

interface LayerNodes {
  kind: LayerKind;
  nodes: Node[];
  output: string;
  /** The operator that the nodes stand for, where that is not the first one's. */
  op?: string;
}

function layerNodes(model: OnnxModel, node: Node): LayerNodes | null {
  const index = indexOf(model);
  const facts = inferFacts(model);
  const output = node.outputs.find((name) => name !== '');
  // A single number, such as a pad that is computed from the input's size, is no layer.
  if (output === undefined || facts.get(output)?.constant || facts.get(output)?.shape?.length === 0) {
    return null;
  }
  const single = { nodes: [node], output };
  const isConstant = (name: string): boolean => facts.get(name)?.constant === true;
  if (model.functions.has(`${node.domain}:${node.op}`)) {
    return { kind: 'function', ...single };
  }
  const norm = writtenOutNorm(model, node);
  if (norm) {
    return { kind: 'norm', ...norm };
  }
  const expressions = expressionsOf(model);
  const root = expressions.root(output);
  const isFunctionOfTensor = root !== output;
  const ofInput = !index.producer.has(root);
  if (isFunctionOfTensor && expressions.isComposite(root)) {
    const isLayer = expressions.isActivated(output) && expressions.isLast(output) && !ofInput;
    return isLayer ? { kind: 'activation', ...single } : null;
  }
  const kind = kindOf(node);
  switch (kind) {
    case 'convolution':
      return withBias(model, node, output, kind);
    case 'linear':
      // Without a constant operand it multiplies activations: attention's scores, not a layer.
      return node.inputs.some(isConstant) ? withBias(model, node, output, kind) : null;
    case 'residual':
      return isResidual(model, node, isConstant) ? { kind, ...single } : null;
    case 'activation':
      return node.op === 'Erf' || onlyDivides(model, output) ? null : { kind, ...single };
    case null:
      return null;
    default:
      return { kind, ...single };
  }
}

/**
 * Adds what belongs to a linear layer behind it: the Cast and Mul that turn an integer product into floats again, and
 * the Add of a constant bias. The layer's tensor is then the last one.
 */
function withBias(model: OnnxModel, node: Node, output: string, kind: LayerKind): LayerNodes {
  const index = indexOf(model);
  const facts = inferFacts(model);
  const nodes = [node];
  const isInteger = node.op.endsWith('Integer');
  for (;;) {
    const behind = index.consumers(output);
    if (behind.length !== 1 || index.outputs.has(output)) {
      break;
    }
    const [next] = behind;
    const others = addends(next).filter((name) => name !== output);
    const isScale = isInteger && (next.op === 'Cast' || (next.op === 'Mul' && isScalar(facts.get(others[0] ?? ''))));
    const isBias =
      (next.op === 'Add' || next.op === 'QLinearAdd') && others.length === 1 && facts.get(others[0])?.constant;
    if (!isScale && !isBias) {
      break;
    }
    nodes.push(next);
    [output] = next.outputs;
    if (isBias) {
      break;
    }
  }
  return { kind, nodes, output };
}

/** Whether a tensor is used as a divisor alone: a length that is kept from being zero is no activation. */
function onlyDivides(model: OnnxModel, tensor: string): boolean {
  const behind = indexOf(model).consumers(tensor);
  return (
    behind.length > 0 &&
    behind.every((node) =>
      node.op === 'Expand' ? onlyDivides(model, node.outputs[0]) : node.op === 'Div' && node.inputs[0] !== tensor,
    )
  );
}

/** One number, or one a channel: a dynamic scale's shape is often not known. */
const isScalar = (fact: Fact | undefined): boolean => !fact?.shape || fact.shape.length <= 1;

/** What a node adds (a quantised Add has scales between). */
const addends = (node: Node): string[] =>
  node.op === 'QLinearAdd' ? [node.inputs[0], node.inputs[3]] : [...node.inputs];

/** A sum of two activations of one shape; an attention mask is added to scores that go into a Softmax. */
function isResidual(model: OnnxModel, node: Node, isConstant: (name: string) => boolean): boolean {
  const operands = addends(node);
  if (operands.length < 2 || operands.some((name) => !name || isConstant(name))) {
    return false;
  }
  const facts = inferFacts(model);
  const ranks = operands.map((name) => facts.get(name)?.shape?.length);
  const rank = facts.get(node.outputs[0])?.shape?.length;
  if (rank !== undefined && (rank < 2 || ranks.some((other) => other !== undefined && other !== rank))) {
    return false;
  }
  return !indexOf(model)
    .consumers(node.outputs[0])
    .some((next) => next.op === 'Softmax');
}

function describe(model: OnnxModel, output: string, nodes: readonly Node[], reference: ModuleReference): Layer {
  const { shape } = inferFacts(model).get(output) ?? { shape: null };
  const unitAxis = unitAxes(model).get(output) ?? usualUnitAxis(shape);
  const units = unitAxis === null ? null : shape?.[unitAxis];
  const learned = new Map(nodes.flatMap((node) => [...learnedBy(model, node)]));
  const [node] = nodes;
  return {
    name: output,
    node: node.name,
    op: opName(node),
    module: reference.module,
    ...(reference.aliases.length > 0 ? { aliases: reference.aliases } : {}),
    source: reference.stack.length > 0 ? { file: reference.stack[0].file, line: reference.stack[0].line } : null,
    ...(reference.stack.length > 0 ? { stack: reference.stack } : {}),
    shape: shape ? [...shape] : null,
    units: isNumber(units) ? units : null,
    unitAxis,
    parameters: sum(learned),
  };
}

const referencesByModel = new WeakMap<OnnxModel, ReadonlyMap<Node, ModuleReference>>();

function referencesOf(model: OnnxModel): ReadonlyMap<Node, ModuleReference> {
  let references = referencesByModel.get(model);
  if (!references) {
    const { nodes } = model.graph;
    const made = moduleReferences(
      nodes.map((node) => ({
        name: node.name,
        metadata: node.metadata,
        doc: node.doc,
        weight: weightName(model, node),
      })),
    );
    references = new Map(nodes.map((node, i) => [node, made[i]]));
    referencesByModel.set(model, references);
  }
  return references;
}

/** The weight of a node that has one, through Identity and the like. */
function weightName(model: OnnxModel, node: Node): string | null {
  const kind = kindOf(node);
  if (kind === null || kind === 'residual' || kind === 'attention') {
    return null;
  }
  const [weight] = learnedBy(model, node).keys();
  return weight ?? null;
}

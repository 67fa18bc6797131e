import type { Dimension } from '../../../shared/model.js';
import { indexOf, integersAttribute } from '../graphIndex.js';
import type { FunctionDefinition, Node, OnnxModel } from '../model.js';
import { type Fact, isNumber, type Operands, type Shape, unknown } from './facts.js';
import { ruleFor } from './rules.js';

export { type Fact, fromStart, isNumber, type Shape } from './facts.js';

/** Functions that call functions; a model-local function that calls itself is not followed for ever. */
const deepestCall = 8;

const inferred = new WeakMap<OnnxModel, ReadonlyMap<string, Fact>>();

/**
 * What can be known of every tensor of the main graph without running it: its shape, whether it is constant, and the
 * values of small integer tensors. Shapes that the file states are used where they say more.
 */
export function inferFacts(model: OnnxModel): ReadonlyMap<string, Fact> {
  let facts = inferred.get(model);
  if (!facts) {
    facts = infer(model);
    inferred.set(model, facts);
  }
  return facts;
}

/**
 * The same for inputs of given sizes. What the file states of other tensors is not used: it may be true of other sizes
 * only.
 */
export function inferFactsOf(model: OnnxModel, inputs: ReadonlyMap<string, readonly number[]>): Map<string, Fact> {
  return infer(model, inputs);
}

/** The facts of a node's outputs; `unknown` where there is no rule. */
export function outputFacts(node: Node, opset: number, facts: ReadonlyMap<string, Fact>): Fact[] {
  const given = ruled(node, opset, facts);
  return node.outputs.map((_, i) => given[i] ?? unknown);
}

function infer(model: OnnxModel, sizes: ReadonlyMap<string, readonly number[]> | null = null): Map<string, Fact> {
  const { graph } = model;
  const facts = new Map<string, Fact>();
  for (const input of graph.inputs) {
    facts.set(input.name, { shape: sizes?.get(input.name) ?? input.shape });
  }
  for (const [name, tensor] of graph.initializers) {
    facts.set(name, { shape: tensor.dims, values: tensor.values, constant: true });
  }
  follow(model, indexOf(model).sorted, facts, 0, sizes === null);
  return facts;
}

function follow(
  model: OnnxModel,
  nodes: readonly Node[],
  facts: Map<string, Fact>,
  depth: number,
  usesStated = false,
): void {
  const opset = model.opsets.get('') ?? 0;
  for (const node of nodes) {
    const constant = isConstant(node, facts);
    const given = outputsOf(model, node, facts, opset, depth);
    node.outputs.forEach((name, i) => {
      if (name !== '') {
        const fact = given[i] ?? unknown;
        const stated = usesStated ? (model.graph.values.get(name)?.shape ?? null) : null;
        facts.set(name, { ...fact, shape: merged(fact.shape, stated), constant });
      }
    });
  }
}

function outputsOf(
  model: OnnxModel,
  node: Node,
  facts: ReadonlyMap<string, Fact>,
  opset: number,
  depth: number,
): Fact[] {
  const input = (position: number): Fact => {
    const name = node.inputs[position];
    return name ? (facts.get(name) ?? unknown) : unknown;
  };
  const local = model.functions.get(`${node.domain}:${node.op}`);
  if (local) {
    return depth < deepestCall
      ? called(
          model,
          local,
          node.inputs.map((_, i) => input(i)),
          depth,
        )
      : [];
  }
  if (node.op === 'If' && node.domain === '') {
    return branched(model, node, facts, depth);
  }
  return ruled(node, opset, facts);
}

/** What the operator's rule gives; floats remain floats unless it says otherwise. */
function ruled(node: Node, opset: number, facts: ReadonlyMap<string, Fact>): Fact[] {
  const given = ruleFor(node.op, node.domain)?.(operandsOf(node, opset, facts)) ?? [];
  return node.inputs.some((name) => facts.get(name)?.real)
    ? given.map((fact) => (fact.values ? { real: true, ...fact } : fact))
    : given;
}

function operandsOf(node: Node, opset: number, facts: ReadonlyMap<string, Fact>): Operands {
  const input = (position: number): Fact => facts.get(node.inputs[position] ?? '') ?? unknown;
  return {
    node,
    opset,
    input,
    shape: (position) => input(position).shape,
    integers: (attribute, position) => integersAttribute(node, attribute) ?? input(position).values ?? null,
  };
}

/** Facts of an inner graph over those around it. */
class InnerFacts extends Map<string, Fact> {
  constructor(private readonly outer: ReadonlyMap<string, Fact>) {
    super();
  }

  override get(name: string): Fact | undefined {
    return super.get(name) ?? this.outer.get(name);
  }
}

/** What both branches of an If agree on: the rank, and the dimensions that are the same. */
function branched(model: OnnxModel, node: Node, facts: ReadonlyMap<string, Fact>, depth: number): Fact[] {
  const branches = ['then_branch', 'else_branch'].map((name): (Shape | null)[] => {
    const branch = node.attributes.get(name);
    if (branch?.type !== 'graph') {
      return [];
    }
    const inside = new InnerFacts(facts);
    for (const [weight, tensor] of branch.value.initializers) {
      inside.set(weight, { shape: tensor.dims, values: tensor.values, constant: true });
    }
    follow(model, indexOf(branch.value).sorted, inside, depth + 1);
    return branch.value.outputs.map((output) => inside.get(output.name)?.shape ?? output.shape);
  });
  return node.outputs.map((_, i) => {
    const [yes, no] = [branches[0][i] ?? null, branches[1][i] ?? null];
    if (!yes || !no) {
      return { shape: yes ?? no };
    }
    return { shape: yes.length === no.length ? yes.map((dim, axis) => (dim === no[axis] ? dim : null)) : null };
  });
}

function called(model: OnnxModel, local: FunctionDefinition, inputs: Fact[], depth: number): Fact[] {
  const inside = new Map<string, Fact>();
  local.inputs.forEach((name, i) => inside.set(name, inputs[i] ?? unknown));
  follow(model, local.nodes, inside, depth + 1);
  return local.outputs.map((name) => inside.get(name) ?? unknown);
}

/** Computed from constants alone, and not at random. */
function isConstant(node: Node, facts: ReadonlyMap<string, Fact>): boolean {
  if (node.op.startsWith('Random') || node.op === 'Bernoulli' || node.op === 'Multinomial') {
    return false;
  }
  for (const attribute of node.attributes.values()) {
    if (attribute.type === 'graph') {
      return false;
    }
  }
  return node.inputs.every((name) => name === '' || facts.get(name)?.constant === true);
}

/**
 * The inferred shape where it gives numbers, the file's where it says more. (A file's shapes may be those of the batch
 * it was exported with, while its input has become free since.)
 */
function merged(ours: Shape | null, stated: Shape | null): Shape | null {
  if (!ours || !stated) {
    return ours ?? stated;
  }
  if (ours.length !== stated.length) {
    return stated;
  }
  return ours.map((dim, axis): Dimension =>
    isNumber(dim) ? dim : axis === 0 && dim !== null ? dim : (stated[axis] ?? dim),
  );
}

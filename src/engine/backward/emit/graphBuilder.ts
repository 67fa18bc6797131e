import { type Fact, isNumber, outputFacts } from '../../onnx/shape/index.js';
import {
  attributeOf,
  type AttributeValue,
  type DataType,
  dataTypes,
  type EmittedNode,
  emittedOpset,
  plainNode,
  type WrittenGraph,
  type WrittenTensor,
  type WrittenValue,
} from './modelBytes.js';

/** A tensor of the graph that is being built: its name there. */
export type Value = string;
/** A value, or a float32 constant. */
export type Operand = Value | number;

export interface OpOptions {
  domain?: string;
  /** The first output's dimensions, for operators whose output has a size that depends on values. */
  dims?: readonly number[];
}

/** Builds a graph node by node. The size of every tensor is known: gradients are built for inputs of given sizes. */
export interface GraphBuilder {
  /** Emits a node and gives its (first) output. An absent input is null. */
  op(
    op: string,
    inputs: readonly (Operand | null)[],
    attributes?: Record<string, AttributeValue>,
    options?: OpOptions,
  ): Value;
  /** Emits a node with several outputs. */
  ops(
    op: string,
    inputs: readonly (Operand | null)[],
    outputs: readonly (readonly number[])[],
    attributes?: Record<string, AttributeValue>,
    options?: { domain?: string; bodies?: Record<string, WrittenGraph> },
  ): Value[];
  dims(value: Value): readonly number[];
  /** Its elements, where it is a small constant. */
  values(value: Value): readonly number[] | null;

  /** int64, of one axis unless `dims` says otherwise. What passes 2^53 means "to the end" and stays beyond every end. */
  ints(values: readonly number[], dims?: readonly number[]): Value;
  /** float32. */
  floats(values: ArrayLike<number>, dims: readonly number[]): Value;
  /** float32 zeros of any size, made when the model is loaded. */
  filled(dims: readonly number[], value: number): Value;
  /** A constant whose bytes are at hand or lie in a file beside the model. */
  tensor(type: DataType, dims: readonly number[], data: WrittenTensor['data']): Value;
  /** Something that is fed. */
  input(name: string, dims: readonly number[]): Value;

  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  div(a: Operand, b: Operand): Value;
  neg(a: Value): Value;
  /** To float32. */
  float(a: Value): Value;
  /** 1 where the comparison of `a` with `b` holds, 0 elsewhere, in float32. */
  mask(comparison: 'Greater' | 'Less' | 'GreaterOrEqual' | 'LessOrEqual' | 'Equal', a: Operand, b: Operand): Value;
  reshape(a: Value, dims: readonly number[]): Value;
  transpose(a: Value, order: readonly number[]): Value;
  sum(a: Value, axes: readonly number[], keepdims?: boolean): Value;
  slice(
    a: Value,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): Value;
  /** Zeros around it; negative amounts take away. One pair (before, after) an axis. */
  pad(a: Value, amounts: readonly (readonly [number, number])[]): Value;
  /** Sums a gradient over the axes along which a tensor of these dimensions was broadcast. */
  unbroadcast(a: Value, dims: readonly number[]): Value;

  /** Nodes emitted so far. */
  readonly nodes: readonly EmittedNode[];
  /** A graph for an attribute (a Scan's body); it may use this one's tensors. */
  body(inputs: readonly (readonly number[])[], build: (inner: GraphBuilder, inputs: Value[]) => Value[]): WrittenGraph;
  /**
   * What has been built, without the nodes that no output needs.
   *
   * @param type of what is fed, by the name of the input
   * @param constants inputs that are the same at every run, with their bytes: they become constants
   */
  finish(
    outputs: ReadonlyMap<string, Value>,
    type: (input: string) => DataType,
    constants?: ReadonlyMap<string, Uint8Array>,
  ): WrittenGraph;
  /** Domains of the operators. */
  readonly domains: ReadonlySet<string>;
}

/** An axis that goes to its end, in a Slice. */
export const toEnd = 2 ** 53 - 1;

/** @param prefix of the names that are made, which no fed tensor begins with */
export function graphBuilder(prefix: string): GraphBuilder {
  return builderIn({ prefix, count: 0, domains: new Set() }, new Map());
}

interface Naming {
  prefix: string;
  count: number;
  domains: Set<string>;
}

function builderIn(naming: Naming, facts: Map<string, Fact>): GraphBuilder {
  const nodes: EmittedNode[] = [];
  const tensors = new Map<string, WrittenTensor>();
  const inputs = new Map<string, readonly number[]>();
  const known = new Map<string, Value>();
  const fresh = (): Value => `${naming.prefix}${naming.count++}`;

  const constant = (
    type: DataType,
    dims: readonly number[],
    data: WrittenTensor['data'],
    values?: readonly number[],
  ) => {
    const name = fresh();
    tensors.set(name, { name, type: dataTypes[type], dims, data });
    facts.set(name, { shape: dims, values, constant: true });
    return name;
  };
  /** Small constants are written once. */
  const small = (key: string, make: () => Value): Value => {
    let value = known.get(key);
    if (value === undefined) {
      value = make();
      known.set(key, value);
    }
    return value;
  };
  const named = (operand: Operand | null): string =>
    operand === null ? '' : typeof operand === 'number' ? g.floats([operand], []) : operand;

  const emit = (
    op: string,
    operands: readonly (Operand | null)[],
    count: number,
    attributes: Record<string, AttributeValue>,
    domain: string,
    bodies?: Record<string, WrittenGraph>,
  ): EmittedNode => {
    const node: EmittedNode = {
      name: '',
      op,
      domain,
      inputs: operands.map(named),
      outputs: Array.from({ length: count }, fresh),
      attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
      doc: '',
      metadata: new Map(),
      ...(bodies ? { bodies: new Map(Object.entries(bodies)) } : {}),
    };
    while (node.inputs.length > 0 && node.inputs[node.inputs.length - 1] === '') node.inputs.pop();
    naming.domains.add(domain);
    nodes.push(node);
    return node;
  };

  const g: GraphBuilder = {
    nodes,
    domains: naming.domains,
    op(op, operands, attributes = {}, { domain = '', dims } = {}) {
      const node = emit(op, operands, 1, attributes, domain);
      const [fact] = dims ? [{ shape: dims }] : outputFacts(node, emittedOpset, facts);
      if (!fact.shape?.every(isNumber)) {
        throw new Error(
          `the size of what ${op} of ${node.inputs.map((name) => g.dims(name).join('×')).join(', ')} gives is not known`,
        );
      }
      facts.set(node.outputs[0], fact);
      return node.outputs[0];
    },
    ops(op, operands, outputs, attributes = {}, { domain = '', bodies } = {}) {
      const node = emit(op, operands, outputs.length, attributes, domain, bodies);
      outputs.forEach((dims, i) => facts.set(node.outputs[i], { shape: dims }));
      return node.outputs;
    },
    dims(value) {
      const shape = facts.get(value)?.shape;
      if (!shape) throw new Error(`"${value}" is not in the graph`);
      return shape as readonly number[];
    },
    values: (value) => {
      const values = facts.get(value)?.values;
      return values?.every(isNumber) ? values : null;
    },
    ints: (values, dims = [values.length]) =>
      small(`int64 ${dims.join()}: ${values.join()}`, () =>
        constant(
          'int64',
          dims,
          bytesOf(BigInt64Array.from(values, (x) => BigInt(Math.min(Math.max(x, -toEnd), toEnd)))),
          [...values],
        ),
      ),
    floats: (values, dims) =>
      values.length <= 16
        ? small(`float ${dims.join()}: ${Array.from(values, (x) => (Object.is(x, -0) ? '-0' : x)).join()}`, () =>
            constant('float32', dims, bytesOf(Float32Array.from(values)), Array.from(values)),
          )
        : constant('float32', dims, bytesOf(Float32Array.from(values))),
    filled: (dims, value) =>
      dims.length === 0 ? g.floats([value], []) : g.op('Expand', [value, g.ints(dims)], {}, { dims }),
    tensor: (type, dims, data) => constant(type, dims, data),
    input(name, dims) {
      inputs.set(name, dims);
      facts.set(name, { shape: dims });
      return name;
    },

    add: (a, b) => g.op('Add', [a, b]),
    sub: (a, b) => g.op('Sub', [a, b]),
    mul: (a, b) => g.op('Mul', [a, b]),
    div: (a, b) => g.op('Div', [a, b]),
    neg: (a) => g.op('Neg', [a]),
    float: (a) => g.op('Cast', [a], { to: dataTypes.float32 }),
    mask: (comparison, a, b) => {
      const dims = broadcastDims([a, b].map((x) => (typeof x === 'number' ? [] : g.dims(x))));
      const bound = Math.fround(typeof b === 'number' ? b : NaN);
      const isStrict = comparison === 'Greater' || comparison === 'Less';
      if (isStrict && typeof a !== 'number' && Number.isFinite(bound) && sameDims(dims, g.dims(a))) {
        return g.op('HardSigmoid', [a], steep(bound, comparison === 'Greater' ? 1 : -1));
      }
      return g.float(g.op(comparison, [a, b], {}, { dims }));
    },
    reshape: (a, dims) =>
      sameDims(g.dims(a), dims)
        ? a
        : g.op('Reshape', [a, g.ints(dims)], dims.includes(0) ? { allowzero: 1 } : {}, { dims }),
    transpose: (a, order) => (order.every((axis, i) => axis === i) ? a : g.op('Transpose', [a], { perm: order })),
    sum: (a, axes, keepdims = false) => {
      const dims = g.dims(a);
      return axes.length === 0 || axes.every((axis) => dims[axis] === 1)
        ? g.reshape(
            a,
            dims.filter((_, axis) => keepdims || !axes.includes(axis)),
          )
        : g.op('ReduceSum', [a, g.ints(axes)], { keepdims: keepdims ? 1 : 0 });
    },
    slice: (a, starts, ends, axes, steps = axes.map(() => 1)) =>
      g.op('Slice', [a, g.ints(starts), g.ints(ends), g.ints(axes), g.ints(steps)]),
    pad(a, amounts) {
      if (amounts.every(([before, after]) => before === 0 && after === 0)) return a;
      const pads = [...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)];
      return g.op('Pad', [a, g.ints(pads)], { mode: 'constant' });
    },
    unbroadcast(a, dims) {
      const from = g.dims(a);
      const ahead = from.length - dims.length;
      const axes = from.flatMap((size, axis) =>
        axis < ahead || (dims[axis - ahead] === 1 && size !== 1) ? [axis] : [],
      );
      return g.reshape(axes.length === 0 ? a : g.sum(a, axes, true), dims);
    },

    body(sizes, build) {
      const inner = builderIn(naming, new LayeredFacts(facts));
      const names = sizes.map((dims) => inner.input(fresh(), dims));
      const outputs = build(inner, names);
      // A body's outputs must be made by its own nodes, each under a name of its own.
      const made = new Map(outputs.map((value) => [fresh(), value] as const));
      return inner.finish(made, () => 'float32');
    },
    finish(outputs, type, constants = new Map()) {
      const renamed = [...outputs].map(([name, value]) => plainNode('Identity', value, name));
      const needed = new Set(renamed.flatMap(({ inputs: [value] }) => [value]));
      const kept: EmittedNode[] = [];
      for (let i = nodes.length - 1; i >= 0; i--) {
        const node = nodes[i];
        if (node.outputs.some((name) => needed.has(name))) {
          kept.push(node);
          node.inputs.forEach((name) => needed.add(name));
          for (const body of node.bodies?.values() ?? []) {
            body.nodes.forEach((inside) => inside.inputs.forEach((name) => needed.add(name)));
          }
        }
      }
      const isBody = facts instanceof LayeredFacts;
      const float = dataTypes.float32;
      // A body's inputs are counted by position: all of them stay.
      const fed = [...inputs].filter(([name]) => isBody || needed.has(name));
      return {
        nodes: [...kept.reverse(), ...renamed],
        inputs: fed
          .filter(([name]) => !constants.has(name))
          .map(([name, dims]): WrittenValue => ({ name, type: dataTypes[type(name)], dims })),
        outputs: renamed.map(({ outputs: [name] }) => ({ name, type: float, dims: null })),
        tensors: [
          ...[...tensors.values()].filter(({ name }) => needed.has(name)),
          ...fed
            .filter(([name]) => constants.has(name))
            .map(([name, dims]) => ({ name, dims, type: dataTypes[type(name)], data: constants.get(name)! })),
        ],
      };
    },
  };
  return g;
}

/** Facts of an inner graph over those around it. */
class LayeredFacts extends Map<string, Fact> {
  constructor(private readonly outer: ReadonlyMap<string, Fact>) {
    super();
  }

  override get(name: string): Fact | undefined {
    return super.get(name) ?? this.outer.get(name);
  }
}

const bytesOf = (array: BigInt64Array | Float32Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

export const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);

/**
 * HardSigmoid as a step: clip(±2^k (x - bound), 0, 1), where 2^k times the distance of the bound's nearest neighbour is 1
 * or more, and 2^k bound is exact. It is 0 or 1 at every float32, but for those below 2^-127 beside a bound of 0. One
 * vectorised pass that keeps ONNX Runtime's blocks of channels; a comparison and a cast are two and reorder them.
 */
function steep(bound: number, sign: 1 | -1): { alpha: { float: number }; beta: { float: number } } {
  const exponent = bound === 0 ? 127 : Math.min(127, 24 - Math.floor(Math.log2(Math.abs(bound))));
  const alpha = sign * 2 ** exponent;
  return { alpha: { float: alpha }, beta: { float: -alpha * bound } };
}

/** Numpy's broadcasting of sizes that are known to fit. */
export function broadcastDims(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const dims = shapes.map((shape) => shape[axis - (rank - shape.length)] ?? 1);
    return dims.find((dim) => dim !== 1) ?? 1;
  });
}

import { type GraphBuilder, gradientRules, type Rule, type Site, type Value } from '../../backward/index.js';
import type { Node } from '../../onnx/model.js';

/** A batch normalisation behind a linear layer, as y × scale + shift by output channel. */
export interface FoldedNorm {
  scale: Float64Array;
  shift: Float64Array;
}

/** A convolution or matrix product with a weight, as relevance propagation sees it: the norm behind it is part of it. */
export interface LinearLayer {
  input: Value;
  weight: Value;
  /** Null where there is none. */
  bias: Value | null;
  /** What it gives for its input. */
  output: Value;
  /** What it gives for another input, weight and bias. */
  forward(input: Value, weight: Value, bias: Value | null): Value;
  /** The gradient by its input, of what arrives at its output, with another weight. */
  backward(arrived: Value, weight: Value): Value;
}

export function linearLayer(at: Site, folded: FoldedNorm | null): LinearLayer {
  const { g, node } = at;
  const channels = at.outputDims()[1] ?? 1;
  const rank = at.outputDims().length;
  const perChannel = (values: ArrayLike<number>): Value =>
    g.floats(
      values,
      Array.from({ length: rank }, (_, axis) => (axis === 1 ? channels : 1)),
    );
  const weight = folded ? g.mul(at.input(1), weightScale(g, at, folded.scale)) : at.input(1);
  const ownBias = at.has(2) ? at.input(2) : null;
  const bias = folded
    ? ownBias
      ? g.add(g.mul(ownBias, g.floats(folded.scale, [channels])), g.floats(folded.shift, [channels]))
      : g.floats(folded.shift, [channels])
    : ownBias;
  const output = folded ? g.add(g.mul(at.output(), perChannel(folded.scale)), perChannel(folded.shift)) : at.output();
  const rule = gradientRules[node.op] as Rule;
  return {
    input: at.input(0),
    weight,
    bias,
    output,
    forward: (input, other, otherBias) =>
      g.op(node.op, [input, other, otherBias], copiedAttributes(node), { dims: at.outputDims() }),
    backward(arrived, other) {
      const site: Site = {
        ...at,
        gradient: arrived,
        gradients: [arrived],
        wants: (i) => i === 0,
        input: (i) => (i === 1 ? other : at.input(i)),
      };
      return rule.backward(site)[0]!;
    },
  };
}

/** Scales the weight by output channel. */
function weightScale(g: GraphBuilder, at: Site, scale: Float64Array): Value {
  const dims = at.inputDims(1);
  const { op } = at.node;
  if (op !== 'ConvTranspose') {
    // Conv: M × C/group × k; Gemm: N × K where it is transposed, else K × N.
    const axis = op === 'Gemm' && at.node.attributes.get('transB')?.value !== 1 ? 1 : 0;
    return g.floats(
      scale,
      dims.map((_, i) => (i === axis ? scale.length : 1)),
    );
  }
  // C × M/group × k: an input channel's group says which output channels its row is of.
  const [inputs, perGroup] = dims;
  const group = scale.length / perGroup;
  const values = Float64Array.from({ length: inputs * perGroup }, (_, i) => {
    const channel = Math.floor(i / perGroup);
    return scale[Math.floor(channel / (inputs / group)) * perGroup + (i % perGroup)];
  });
  return g.floats(values, [inputs, perGroup, ...dims.slice(2).map(() => 1)]);
}

type Attributes = NonNullable<Parameters<GraphBuilder['op']>[2]>;

function copiedAttributes(node: Node): Attributes {
  const copied: Attributes = {};
  for (const [name, { type, value }] of node.attributes) {
    if (type === 'float') copied[name] = { float: value };
    else if (type === 'floats') copied[name] = { floats: value };
    else if (type === 'int' || type === 'ints' || type === 'string') copied[name] = value;
  }
  return copied;
}

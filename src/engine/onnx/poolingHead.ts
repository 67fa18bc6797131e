import { constantTensor, dequantised } from './constantTensor.js';
import { indexOf, integersAttribute } from './graphIndex.js';
import { linearWeights } from './linearWeights.js';
import type { Node, OnnxModel } from './model.js';
import { kindOf } from './operators.js';
import { fromStart, inferFacts, isNumber } from './shape/index.js';
import { unitAxes, usualUnitAxis } from './unitAxis.js';

/**
 * A head as class activation mapping needs it (Zhou et al. 2016, section 2): a layer with places is averaged over them,
 * and the classes' scores are linear in the averages.
 */
export interface PoolingHead {
  /** The tensor that is averaged. */
  layer: string;
  /** The model's output that the head gives. */
  output: string;
  /** The tensor that holds the scores, before any Softmax. */
  logits: string;
  /** Classes × channels of the layer; null where the averages themselves are the scores (SqueezeNet). */
  weights: Float32Array | null;
  /** One a class; null where the head adds none. */
  bias: Float32Array | null;
  classes: number;
  channels: number;
  /** What stands between scores and output. */
  link: 'Softmax' | 'LogSoftmax' | 'Sigmoid' | null;
}

/** Change the form of a pooled tensor at most. */
const shaping = new Set(
  'Flatten Reshape Squeeze Unsqueeze Dropout Identity Cast QuantizeLinear DequantizeLinear'.split(' '),
);

const heads = new WeakMap<OnnxModel, Promise<PoolingHead | null>>();

/** The model's pooling head, of the first output that has one; null where none has. */
export function poolingHead(model: OnnxModel): Promise<PoolingHead | null> {
  let head = heads.get(model);
  if (!head) {
    head = find(model);
    heads.set(model, head);
  }
  return head;
}

async function find(model: OnnxModel): Promise<PoolingHead | null> {
  for (const { name } of model.graph.outputs) {
    const head = await headOf(model, name);
    if (head) {
      return head;
    }
  }
  return null;
}

async function headOf(model: OnnxModel, output: string): Promise<PoolingHead | null> {
  const { producer } = indexOf(model);
  const back = (tensor: string, through: ReadonlySet<string>): string => {
    for (let node = producer.get(tensor); node && through.has(node.op); node = producer.get(tensor)) {
      [tensor] = node.inputs;
    }
    return tensor;
  };
  let logits = back(output, shaping);
  const last = producer.get(logits);
  const link = last && ['Softmax', 'LogSoftmax', 'Sigmoid'].includes(last.op) ? (last.op as PoolingHead['link']) : null;
  if (link) {
    logits = back(last!.inputs[0], shaping);
  }
  const scores = await linearScores(model, logits);
  const pooled = back(scores ? scores.input : logits, shaping);
  const pool = producer.get(pooled);
  const layer = pool && isMeanOverPlaces(model, pool) ? back(pool.inputs[0], passing) : null;
  if (layer === null) {
    return null;
  }
  const channels = channelsOf(model, layer);
  if (channels === null || (scores && scores.features !== channels)) {
    return null;
  }
  return {
    layer,
    output,
    logits,
    weights: scores?.weights ?? null,
    bias: scores?.bias ?? null,
    classes: scores ? scores.weights.length / channels : channels,
    channels,
    link,
  };
}

const passing = new Set('Dropout Identity Cast'.split(' '));

interface LinearScores {
  input: string;
  weights: Float32Array;
  bias: Float32Array | null;
  features: number;
}

/** The Gemm, MatMul (and Add) or 1 × 1 Conv that gives a tensor. */
async function linearScores(model: OnnxModel, tensor: string): Promise<LinearScores | null> {
  const { producer } = indexOf(model);
  const facts = inferFacts(model);
  let node = producer.get(tensor);
  let biasName = '';
  let sum: Node | null = null;
  if (node?.op === 'Add' || node?.op === 'QLinearAdd') {
    sum = node;
    const operands = node.op === 'Add' ? node.inputs : [node.inputs[0], node.inputs[3]];
    const constant = operands.find((name) => facts.get(name)?.constant);
    const other = operands.find((name) => name !== constant);
    if (constant === undefined || other === undefined) {
      return null;
    }
    biasName = constant;
    node = producer.get(other);
  }
  const kind = node && kindOf(node);
  if (!node || (kind !== 'linear' && kind !== 'convolution')) {
    return null;
  }
  const kernel = integersAttribute(node, 'kernel_shape') ?? facts.get(node.inputs[1] ?? '')?.shape?.slice(2) ?? [];
  const found = await linearWeights(model, node);
  if (!found || (kind === 'convolution' && !kernel.every((extent) => extent === 1))) {
    return null;
  }
  const { units, features, addFrom } = found;
  const weights = new Float32Array(units * features);
  const column = new Float64Array(units);
  for (let feature = 0; feature < features; feature++) {
    addFrom(feature, column.fill(0));
    for (let unit = 0; unit < units; unit++) {
      weights[unit * features + feature] = column[unit];
    }
  }
  const plain = ['Conv', 'Gemm', 'FusedConv', 'FusedGemm'].includes(node.op);
  const bias = biasName !== '' ? biasName : plain ? (node.inputs[2] ?? '') : '';
  const numbers =
    sum?.op === 'QLinearAdd'
      ? await dequantised(model, sum, sum.inputs.indexOf(bias), -1)
      : bias === ''
        ? null
        : await constantTensor(model, bias);
  return {
    input: node.inputs[0],
    weights,
    bias: numbers?.data.length === units ? Float32Array.from(numbers.data) : null,
    features,
  };
}

/** Global average pooling in one of its forms: every axis but the batch's and the units' is averaged. */
function isMeanOverPlaces(model: OnnxModel, node: Node): boolean {
  const facts = inferFacts(model);
  const [input] = node.inputs;
  const shape = facts.get(input)?.shape;
  if (!shape || shape.length < 3) {
    return node.op === 'GlobalAveragePool';
  }
  switch (node.op) {
    case 'GlobalAveragePool':
    case 'QLinearGlobalAveragePool':
      return true;
    case 'AveragePool': {
      const kernel = integersAttribute(node, 'kernel_shape');
      const pads = integersAttribute(node, 'pads') ?? [];
      return kernel?.every((extent, i) => extent === shape[i + 2]) === true && pads.every((pad) => pad === 0);
    }
    case 'ReduceMean': {
      const given = integersAttribute(node, 'axes') ?? facts.get(node.inputs[1] ?? '')?.values;
      const unitAxis = unitAxes(model).get(input) ?? usualUnitAxis(shape);
      if (!given?.every(isNumber)) {
        return false;
      }
      const axes = new Set(given.map((axis) => fromStart(axis as number, shape.length)));
      return shape.every((_, axis) => axes.has(axis) === (axis !== 0 && axis !== unitAxis));
    }
    default:
      return false;
  }
}

function channelsOf(model: OnnxModel, tensor: string): number | null {
  const shape = inferFacts(model).get(tensor)?.shape ?? null;
  const axis = unitAxes(model).get(tensor) ?? usualUnitAxis(shape);
  const channels = axis === null ? null : shape?.[axis];
  return isNumber(channels) ? channels : null;
}

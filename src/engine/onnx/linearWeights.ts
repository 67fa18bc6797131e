import { constantTensor, dequantised, type Numbers } from './constantTensor.js';
import { integerAttribute } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';

/** Weights from each input feature or channel to each unit of a layer. */
export interface LinearWeights {
  units: number;
  /** Adds to `into` (one number a unit) the weights from one input feature: of a convolution, summed over its kernel. */
  addFrom: (feature: number, into: Float64Array) => void;
  /** Features or channels that the layer takes. */
  features: number;
}

/**
 * The weights by which a convolution or linear layer takes the tensor at its first input.
 *
 * @returns null where the node is no such layer, or its weights are not constant
 */
export async function linearWeights(model: OnnxModel, node: Node): Promise<LinearWeights | null> {
  switch (node.op) {
    case 'Conv':
    case 'FusedConv':
    case 'NhwcFusedConv':
    case 'NhwcConv':
      return convolution(node, await constantTensor(model, node.inputs[1]));
    case 'QLinearConv':
      return convolution(node, await dequantised(model, node, 3, 0));
    case 'ConvTranspose':
      return transposedConvolution(node, await constantTensor(model, node.inputs[1]));
    case 'Gemm':
    case 'FusedGemm': {
      const alpha = node.attributes.get('alpha');
      const weights = await constantTensor(model, node.inputs[1]);
      return matrix(weights, integerAttribute(node, 'transB', 0) === 1, alpha?.type === 'float' ? alpha.value : 1);
    }
    case 'MatMul':
      return matrix(await constantTensor(model, node.inputs[1]), false, 1);
    case 'FusedMatMul':
      return matrix(await constantTensor(model, node.inputs[1]), integerAttribute(node, 'transB', 0) === 1, 1);
    case 'QLinearMatMul':
      return matrix(await dequantised(model, node, 3, -1), false, 1);
    default:
      return null;
  }
}

/** Weights are units × channels per group × kernel. */
function convolution(node: Node, weights: Numbers | null): LinearWeights | null {
  if (!weights || weights.dims.length < 3) {
    return null;
  }
  const groups = integerAttribute(node, 'group', 1);
  const [units, channels] = weights.dims;
  const kernel = size(weights.dims.slice(2));
  return {
    units,
    features: channels * groups,
    addFrom(feature, into) {
      const group = Math.floor(feature / channels);
      const share = units / groups;
      for (let unit = group * share; unit < (group + 1) * share; unit++) {
        const at = (unit * channels + (feature % channels)) * kernel;
        for (let k = 0; k < kernel; k++) {
          into[unit] += weights.data[at + k];
        }
      }
    },
  };
}

/** Weights are channels × units per group × kernel. */
function transposedConvolution(node: Node, weights: Numbers | null): LinearWeights | null {
  if (!weights || weights.dims.length < 3) {
    return null;
  }
  const groups = integerAttribute(node, 'group', 1);
  const [channels, share] = weights.dims;
  const kernel = size(weights.dims.slice(2));
  return {
    units: share * groups,
    features: channels,
    addFrom(feature, into) {
      const group = Math.floor(feature / (channels / groups));
      for (let j = 0; j < share; j++) {
        const at = (feature * share + j) * kernel;
        for (let k = 0; k < kernel; k++) {
          into[group * share + j] += weights.data[at + k];
        }
      }
    },
  };
}

/** Weights are features × units, or the other way round where `swapped`. */
function matrix(weights: Numbers | null, swapped: boolean, factor: number): LinearWeights | null {
  if (!weights || weights.dims.length !== 2) {
    return null;
  }
  const [rows, columns] = weights.dims;
  return {
    units: swapped ? rows : columns,
    features: swapped ? columns : rows,
    addFrom(feature, into) {
      for (let unit = 0; unit < into.length; unit++) {
        into[unit] += factor * weights.data[swapped ? unit * columns + feature : feature * columns + unit];
      }
    },
  };
}

const size = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

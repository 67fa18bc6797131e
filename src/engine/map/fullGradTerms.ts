import type { ForwardPass } from '../backward/index.js';
import { UserError } from '../../shared/userError.js';
import type { FullGradTerm } from '../cam/index.js';
import { constantTensor, dependents, type Node, type OnnxModel, partFrom } from '../onnx/index.js';
import { type Chunk, placesOf, seedsOf } from './chunk.js';
import { inputValues } from './inputBatch.js';
import { perSample, type Tensor } from '../runtime/index.js';

/** A convolution or batch normalisation, and what it adds to each channel. */
export interface BiasedLayer {
  output: string;
  bias: Float64Array;
}

/**
 * FullGrad's terms: the input times its gradient, and the bias times the gradient of every convolution with a bias and
 * every batch normalisation between the input and the score. A batch normalisation that the exporter has folded into its
 * convolution is that convolution's bias.
 *
 * @param pass differentiable by the input and by each biased layer's output
 * @returns by class and sample
 */
export async function fullGradTerms(
  chunk: Chunk,
  pass: ForwardPass,
  biased: readonly BiasedLayer[],
): Promise<FullGradTerm[][][]> {
  const { feeds, input, batch, count, scores, targets, layout } = chunk;
  const values = inputValues(feeds, input);
  const found: FullGradTerm[][][] = [];
  for (let index = 0; index < targets[0].length; index++) {
    await chunk.pause();
    const gradients = await pass.backward({ [scores.tensor]: seedsOf(chunk, pass.values[scores.tensor], index) });
    const onInput = gradients[input].data as Float32Array;
    const product: Tensor = { ...gradients[input], data: onInput.map((g, i) => g * values[i]) };
    const channelAxis = layout.placeAxes[0] === 2 ? 1 : product.dims.length - 1;
    found.push(
      Array.from({ length: count }, (_, sample) => [
        term(product, channelAxis, batch, sample, null),
        ...biased.map(({ output, bias }) => term(gradients[output], 1, batch, sample, bias)),
      ]),
    );
  }
  return found;
}

function term(tensor: Tensor, axis: number, batch: number, sample: number, bias: Float64Array | null): FullGradTerm {
  const own = perSample(tensor.dims, axis, batch);
  const channels = own.dims[own.unitAxis!];
  const places = placesOf(tensor, { unitAxis: axis }, batch);
  const each = own.dims.reduce((product, size) => product * size, 1);
  const after = own.dims.slice(own.unitAxis! + 1).reduce((product, size) => product * size, 1);
  const source = tensor.data as Float32Array;
  const values = new Float32Array(each);
  const count = each / channels;
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < count; place++) {
      const before = Math.floor(place / after);
      const at = (before * channels + channel) * after + (place - before * after);
      values[channel * count + place] = source[sample * each + at] * (bias ? bias[channel] : 1);
    }
  }
  return { values, channels, places, isInput: bias === null };
}

/** Those between an input and a score. */
export async function biasedLayers(model: OnnxModel, input: string, score: string): Promise<BiasedLayer[]> {
  const behind = dependents(model, input);
  if (!behind.has(score)) {
    throw new UserError(`"${score}" does not depend on the input "${input}"`, {
      hint: 'choose another output',
      code: 'map/no-path',
    });
  }
  const { nodes } = partFrom(model, [score], () => false);
  const found: BiasedLayer[] = [];
  for (const node of model.graph.nodes) {
    if (!nodes.has(node) || !behind.has(node.outputs[0])) continue;
    const bias = await biasOf(model, node);
    if (bias) found.push({ output: node.outputs[0], bias });
  }
  return found;
}

async function biasOf(model: OnnxModel, node: Node): Promise<Float64Array | null> {
  const constant = async (position: number): Promise<Float64Array | null> => {
    const name = node.inputs[position];
    const numbers = name ? await constantTensor(model, name) : null;
    return numbers && Float64Array.from(numbers.data);
  };
  if (node.domain === '' && node.op === 'Conv') return constant(2);
  if (node.domain !== '' || node.op !== 'BatchNormalization') return null;
  const [scale, shift, mean, variance] = [await constant(1), await constant(2), await constant(3), await constant(4)];
  if (!scale || !shift || !mean || !variance) return null;
  const stated = node.attributes.get('epsilon');
  const epsilon = stated?.type === 'float' ? stated.value : 1e-5;
  // What is added once the mean is part of it: beta - mean gamma / sqrt(variance + epsilon).
  return shift.map((beta, i) => beta - (mean[i] * scale[i]) / Math.sqrt(variance[i] + epsilon));
}

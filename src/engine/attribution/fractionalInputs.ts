import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { classOutput } from '../map/classOutput.js';
import { fullBatch } from '../map/inputBatch.js';
import type { OnnxModel } from '../onnx/model.js';
import { modelInputs } from '../probe/index.js';
import { isInteger } from '../probe/modelInput.js';
import type { AttributionInputs } from './attribute.js';
import { embeddedModel } from './embeddedModel.js';
import { samplesTogether } from './samplesTogether.js';

/** A model and inputs that have gradients, whatever the probe set feeds. */
export interface FractionalInputs {
  model: OnnxModel;
  inputs: AttributionInputs;
  output: string | null;
  /** Of tokens: one number a position, the sum over the vector that its token is looked up as. */
  byPosition: { dims: number[]; features: number; sums(values: Float64Array): Float64Array } | null;
  notes: string[];
  release(): Promise<void>;
}

/**
 * The inputs as they are; of whole numbers, what they become that has a gradient, the vectors that tokens are looked up as or the
 * fractions that bytes are cast to, with the part of the model behind that.
 *
 * @throws UserError where whole numbers are looked up in no way that is known here
 */
export async function fractionalInputs(
  model: OnnxModel,
  inputs: AttributionInputs,
  { output, probability, threads }: { output: string | null; probability: boolean; threads: number | null },
): Promise<FractionalInputs> {
  const given = modelInputs(model).find(({ name }) => name === inputs.input);
  if (!given || !isInteger(given)) {
    return { model, inputs, output, byPosition: null, notes: [], release: async () => {} };
  }
  const fixed = typeof given.shape?.[0] === 'number' ? given.shape[0] : null;
  const batch = async (first: number, count: number) =>
    fullBatch(await inputs.batch(first, count), count, fixed ?? count);
  const { logits, output: whole } = classOutput(model, output);
  const target = probability ? whole : logits;
  const first = await batch(0, 1);
  const embedded = await embeddedModel(model, inputs.input, target, first, threads);
  const own = first[inputs.input].dims;
  const vectors = embedded.feeds[embedded.embedding].dims;
  const dims = own.slice(1);
  const positions = product(dims);
  const features = product(vectors.slice(1)) / positions;
  if (vectors[0] !== own[0] || !Number.isInteger(features)) {
    await embedded.remove();
    throw new UserError(
      `${path.basename(model.path)}: what "${inputs.input}" is looked up as is ${vectors.join(' × ')}, not a vector for each of ${own.join(' × ')} tokens`,
      { hint: 'export the model with its embeddings as input', code: 'igc/input' },
    );
  }
  return {
    model: embedded.model,
    inputs: {
      input: embedded.embedding,
      samples: inputs.samples,
      together: fixed ?? samplesTogether(model, positions * features),
      batch: async (from, count) => embedded.embed(await batch(from, count)),
    },
    output: target,
    byPosition: {
      dims,
      features,
      sums: (values) =>
        Float64Array.from({ length: positions }, (_, position) =>
          values.subarray(position * features, (position + 1) * features).reduce((sum, value) => sum + value, 0),
        ),
    },
    notes:
      features === 1
        ? []
        : [
            `Tokens have no gradient: these are sums, position by position, over the vectors of ${features} numbers that they are looked up as.`,
          ],
    release: () => embedded.remove(),
  };
}

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

import type { ForwardPass } from '../backward/index.js';
import { noiseDeviation, noisyCopies } from '../cam/index.js';
import { normalFiller } from '../random.js';
import { byChannel, type Chunk, seedsOf } from './chunk.js';
import { inputValues, withInput } from './inputBatch.js';

/**
 * d score / d activations. One forward run serves all classes.
 *
 * @returns by class, layer and sample: channels × places
 */
export async function layerGradients(chunk: Chunk, pass: ForwardPass): Promise<Float32Array[][][]> {
  const { scores, layers, batch, count, targets } = chunk;
  const found: Float32Array[][][] = [];
  for (let index = 0; index < targets[0].length; index++) {
    await chunk.pause();
    const gradients = await pass.backward({ [scores.tensor]: seedsOf(chunk, pass.values[scores.tensor], index) });
    found.push(
      layers.map((layer) => byChannel(gradients[layer.name], layer, batch, count).map(({ values }) => values)),
    );
  }
  return found;
}

/**
 * The same for noisy copies of the inputs.
 *
 * @param seed equal seeds give equal noise, whatever the batch: each sample has its own
 * @param first index of the chunk's first sample
 * @returns by copy, class, layer and sample
 */
export async function noisyLayerGradients(chunk: Chunk, seed: number, first: number): Promise<Float32Array[][][][]> {
  const { runs, feeds, input, batch, scores, layers } = chunk;
  const clean = inputValues(feeds, input);
  const each = clean.length / batch;
  const draws = Array.from({ length: batch }, (_, sample) => normalFiller(seed + 7919 * (first + sample)));
  const noise = new Float64Array(each);
  const gradient = await runs.gradient(
    [scores.tensor],
    layers.map(({ name }) => name),
    [],
  );
  try {
    const copies: Float32Array[][][][] = [];
    for (let copy = 0; copy < noisyCopies; copy++) {
      await chunk.pause();
      const noisy = clean.slice();
      draws.forEach((draw, sample) => {
        draw(noise);
        for (let i = 0; i < each; i++) noisy[sample * each + i] += noiseDeviation * noise[i];
      });
      copies.push(await layerGradients(chunk, await gradient.forward(withInput(feeds, input, noisy))));
    }
    return copies;
  } finally {
    await gradient.release();
  }
}

import { ablationRun, ablationValue, type LayerActivations, resizeAligned, toMask } from '../cam/index.js';
import type { Tensor } from '../runtime/index.js';
import type { Chunk, MapLayer } from './chunk.js';
import { inputValues, repeatedSample, sampleElements } from './inputBatch.js';
import { batchedModel, modelBehind, type RunScores } from './scoreRuns.js';

/** Masked inputs in one run: as pytorch-grad-cam's, which is also where larger ones stop being faster. */
const maskedRun = 16;

/**
 * Score-CAM's scores: of the input seen through each of the layer's channels, resized and scaled to [0, 1].
 *
 * @param activations of the sample, the chosen channels alone
 * @returns by class, one a channel
 */
export async function maskedScores(
  chunk: Chunk,
  sample: number,
  activations: LayerActivations,
): Promise<Float64Array[]> {
  const { feeds, input, batch, layout } = chunk;
  const { values, channels, places } = activations;
  const run = await batchedModel(chunk, sample, maskedRun);
  try {
    const clean = inputValues({ [input]: repeatedSample(feeds, batch, sample, 1)[input] }, input);
    const dims = feeds[input].dims;
    const each = values.length / channels;
    const place = placeOfElement(dims, layout.placeAxes);
    return await scoresOf(chunk, sample, channels, run, (first, count) => {
      const data = new Float32Array(count * clean.length);
      for (let i = 0; i < count; i++) {
        const channel = values.subarray((first + i) * each, (first + i + 1) * each);
        const mask = toMask(resizeAligned(channel, padded(places, layout.size.length), layout.size));
        const start = i * clean.length;
        for (let element = 0; element < clean.length; element++) {
          data[start + element] = clean[element] * mask[place(element)];
        }
      }
      const repeated = repeatedSample(feeds, batch, sample, count);
      return { ...repeated, [input]: { type: 'float32', dims: [count, ...dims.slice(1)], data } };
    });
  } finally {
    await run.session.release();
  }
}

/**
 * Ablation-CAM's scores: of the layer with each of its channels ablated. Only what follows the layer is run.
 *
 * @param tensor the layer's, of the whole chunk
 * @param units  the channels to ablate
 * @returns by class, one a channel
 */
export async function ablatedScores(
  chunk: Chunk,
  sample: number,
  layer: MapLayer,
  tensor: Tensor,
  units: readonly number[],
): Promise<Float64Array[]> {
  const { batch } = chunk;
  const own = Float32Array.from(sampleElements(tensor, batch, sample));
  const dims = tensor.dims[0] === batch ? tensor.dims.slice(1) : tensor.dims;
  const axis = channelAxis(layer, dims, tensor.dims[0] === batch);
  const after = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  let lowest = Infinity;
  for (const value of own) if (value < lowest) lowest = value;
  const run = await modelBehind(chunk, sample, layer.name, tensor, ablationRun);
  try {
    return await scoresOf(chunk, sample, units.length, run, (first, count) => {
      const data = new Float32Array(count * own.length);
      for (let i = 0; i < count; i++) {
        const value = ablationValue(lowest, first + i);
        const copy = data.subarray(i * own.length, (i + 1) * own.length);
        copy.set(own);
        const channel = units[first + i];
        for (let start = channel * after; start < copy.length; start += dims[axis] * after) {
          copy.fill(value, start, start + after);
        }
      }
      return { ...run.others(count), [layer.name]: { type: 'float32', dims: [count, ...dims], data } };
    });
  } finally {
    await run.session.release();
  }
}

function channelAxis(layer: MapLayer, dims: readonly number[], batched: boolean): number {
  const axis = layer.unitAxis === null ? null : layer.unitAxis - (batched ? 1 : 0);
  return axis !== null && axis >= 0 && axis < dims.length ? axis : dims.length >= 3 ? 0 : dims.length - 1;
}

async function scoresOf(
  chunk: Chunk,
  sample: number,
  channels: number,
  run: RunScores,
  feedsOf: (first: number, count: number) => Record<string, Tensor>,
): Promise<Float64Array[]> {
  const targets = chunk.targets[sample];
  const found = targets.map(() => new Float64Array(channels));
  for (let first = 0; first < channels; first += run.batch) {
    await chunk.pause();
    const count = Math.min(run.batch, channels - first);
    const outputs = await run.session.run(feedsOf(first, count), [chunk.scores.tensor]);
    const scores = outputs[chunk.scores.tensor];
    chunk.progress((sample + (first + count) / channels) / chunk.count);
    for (let i = 0; i < count; i++) {
      const own = sampleElements(scores, count, i);
      targets.forEach((target, index) => (found[index][first + i] = target.score(own)));
    }
  }
  return found;
}

/** By element of one input: its place. */
function placeOfElement(dims: readonly number[], placeAxes: readonly number[]): (element: number) => number {
  const [first] = placeAxes;
  const places = placeAxes.reduce((product, axis) => product * dims[axis], 1);
  // Behind the channels, or before them.
  if (first === 2) return (element) => element % places;
  const channels = dims.slice(first + placeAxes.length).reduce((product, size) => product * size, 1);
  return (element) => Math.floor(element / channels);
}

/** Leading axes of length 1, where a layer has fewer axes of places than the input. */
const padded = (places: readonly number[], rank: number): number[] => [
  ...Array.from({ length: Math.max(0, rank - places.length) }, () => 1),
  ...places,
];

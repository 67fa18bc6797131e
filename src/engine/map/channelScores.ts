import { ablationRun, ablationValue, type LayerActivations, resizeAligned, toMask } from '../cam/index.js';
import type { Tensor } from '../runtime/index.js';
import type { Chunk, MapLayer } from './chunk.js';
import { inputValues, repeatedSample, sampleElements } from './inputBatch.js';
import { batchedModel, modelBehind, type RunScores } from './scoreRuns.js';

/** Elements of the inputs in one run, which is four pictures of 224 × 224: larger runs are slower on a CPU. */
const runElements = 4 * 3 * 224 * 224;
const mostMasked = 64;

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
  const clean = inputValues({ [input]: repeatedSample(feeds, batch, sample, 1)[input] }, input);
  const most = Math.max(1, Math.min(mostMasked, Math.floor(runElements / clean.length)));
  const run = await batchedModel(chunk, sample, most);
  try {
    const dims = feeds[input].dims;
    const each = values.length / channels;
    // The mask of a channel that is the same everywhere is 0, so that all of those see the same black input.
    const { distinct, standIn } = withoutRepeats(channels, (channel) =>
      values.subarray(channel * each, (channel + 1) * each).every((value, _, all) => value === all[0]),
    );
    const scores = await scoresOf(chunk, sample, distinct.length, run, (first, count) => {
      const data = new Float32Array(count * clean.length);
      for (let i = 0; i < count; i++) {
        const channel = values.subarray(distinct[first + i] * each, (distinct[first + i] + 1) * each);
        const mask = toMask(resizeAligned(channel, padded(places, layout.size.length), layout.size));
        multiply(clean, mask, layout.placeAxes[0] === 2, data.subarray(i * clean.length, (i + 1) * clean.length));
      }
      const repeated = repeatedSample(feeds, batch, sample, count);
      return { ...repeated, [input]: { type: 'float32', dims: [count, ...dims.slice(1)], data } };
    });
    return scores.map((ofClass) => Float64Array.from({ length: channels }, (_, channel) => ofClass[standIn(channel)]));
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
    // Where the channel is 0 everywhere already, nothing changes, for all such channels alike.
    const { distinct, standIn } = withoutRepeats(
      units.length,
      (i) => lowest === 0 && isZero(own, units[i], dims[axis], after),
    );
    const scores = await scoresOf(chunk, sample, distinct.length, run, (first, count) => {
      const data = new Float32Array(count * own.length);
      for (let i = 0; i < count; i++) {
        const value = ablationValue(lowest, distinct[first + i]);
        const copy = data.subarray(i * own.length, (i + 1) * own.length);
        copy.set(own);
        const channel = units[distinct[first + i]];
        for (let start = channel * after; start < copy.length; start += dims[axis] * after) {
          copy.fill(value, start, start + after);
        }
      }
      return { ...run.others(count), [layer.name]: { type: 'float32', dims: [count, ...dims], data } };
    });
    return scores.map((ofClass) => Float64Array.from(units, (_, i) => ofClass[standIn(i)]));
  } finally {
    await run.session.release();
  }
}

/**
 * Channels that have to be run, when all for which `isAlike` holds give one score.
 *
 * @returns those to run, and for each channel which of them stands for it
 */
function withoutRepeats(channels: number, isAlike: (channel: number) => boolean) {
  const distinct: number[] = [];
  const places = new Int32Array(channels);
  let shared = -1;
  for (let channel = 0; channel < channels; channel++) {
    const alike = isAlike(channel);
    if (alike && shared >= 0) {
      places[channel] = shared;
      continue;
    }
    places[channel] = distinct.length;
    if (alike) shared = distinct.length;
    distinct.push(channel);
  }
  return { distinct, standIn: (channel: number) => places[channel] };
}

function isZero(values: Float32Array, channel: number, channels: number, after: number): boolean {
  for (let start = channel * after; start < values.length; start += channels * after) {
    for (let i = start; i < start + after; i++) if (values[i] !== 0) return false;
  }
  return true;
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

/** Each element of an input times the mask at its place; the channels are before the places or behind them. */
function multiply(values: Float32Array, mask: Float64Array, channelsFirst: boolean, out: Float32Array): void {
  const channels = values.length / mask.length;
  for (let place = 0; place < mask.length; place++) {
    const factor = mask[place];
    const step = channelsFirst ? mask.length : 1;
    let at = channelsFirst ? place : place * channels;
    for (let channel = 0; channel < channels; channel++, at += step) out[at] = values[at] * factor;
  }
}

/** Leading axes of length 1, where a layer has fewer axes of places than the input. */
const padded = (places: readonly number[], rank: number): number[] => [
  ...Array.from({ length: Math.max(0, rank - places.length) }, () => 1),
  ...places,
];

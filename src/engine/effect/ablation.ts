import type { AblatedOutput, Ablation, AblationSettings } from '../../shared/effects.js';
import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { classNames } from '../classNames.js';
import { highest } from '../map/classScores.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, pickedSamples } from '../probe/index.js';
import type { ProbeSet } from '../probe/index.js';
import { unitElements } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { cutModel, type CutModel } from './cutModel.js';
import { eachBatch, type RunBatch } from './eachBatch.js';
import { sampleLabels, type SampleLabels } from './sampleLabels.js';
import { featureMeans, trackedOutputs, type TrackedOutput } from './tracked.js';

/** units × features of all outputs together: more are cut down to the highest outputs. */
const mostNumbers = 2 ** 24;

/** What an output's features do without each of the units. Sums over samples until the end. */
interface Sums {
  output: TrackedOutput;
  /** The features that are kept, as indices in the output. */
  kept: Int32Array;
  baseline: Float64Array;
  effect: Float64Array;
  size: Float64Array;
  /** Per unit, of outputs with several features. */
  flips: Float64Array;
  right: Float64Array;
  rightBefore: number;
  labelled: number;
}

/**
 * What the units of a layer are for: each is switched off on its own (its activation replaced by 0, or by its mean over the
 * samples), and what then changes in the outputs is measured. The model is cut at the layer, so what lies before it runs once.
 *
 * @throws UserError for what the user can mend; the signal's reason where it aborts
 */
export async function ablate(
  model: OnnxModel,
  probe: ProbeSet,
  layer: Layer,
  request: Omit<AblationSettings, 'layer'>,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Ablation> {
  const outputs = trackedOutputs(model, request.output, request.probability);
  const tensors = outputs.map(({ tensor }) => tensor);
  const indices = evenlySpread(probe.samples, request.samples ?? Infinity);
  const samples = pickedSamples(probe, indices);
  const cut = await cutModel(model, layer.name, tensors, { threads: request.threads });
  try {
    const depending = outputs.filter(({ tensor }) => cut.depending.includes(tensor));
    if (depending.length === 0) {
      throw new UserError(`layer "${layer.name}" has no effect on ${tensors.map((name) => `"${name}"`).join(', ')}`, {
        hint: 'choose a layer that the outputs are computed from',
        code: 'effect/none',
      });
    }
    const compared = [layer.name, ...tensors];
    const run = () => eachBatch(cut.head, samples, cut.fetch, compared, signal);
    const means = request.mode === 'mean' ? await unitMeans(run(), layer) : null;
    const names = new Map<string, string[] | null>();
    let units: number[] = [];
    const sums: Sums[] = [];
    let labels: SampleLabels | null = null;
    for await (const batch of run()) {
      const place = unitElements(batch.outputs[layer.name].dims, layer.unitAxis, batch.ran);
      const before = await measure(cut, batch, depending);
      if (sums.length === 0) {
        units = wantedUnits(layer, request.units, place.units);
        for (const [i, { values }] of before.entries()) {
          const features = values.length / batch.samples;
          names.set(depending[i].name, await classNames(model, features));
          sums.push(newSums(depending[i], values, features, units.length));
        }
        labels = await labelsFor(probe, indices, sums, names, request.labels);
      }
      sums.forEach((sum, o) => takeBaseline(sum, before[o], batch, labels));
      const tensor = batch.outputs[layer.name];
      for (const [u, unit] of units.entries()) {
        await new Promise(setImmediate);
        signal.throwIfAborted();
        const restore = replaceUnit(tensor, place, unit, means?.[unit] ?? 0);
        const after = await measure(cut, batch, depending);
        restore();
        sums.forEach((sum, o) => takeAblated(sum, u, before[o], after[o], batch, labels));
        onProgress(batch.first * units.length + (u + 1) * batch.samples, indices.length * units.length);
      }
    }
    return {
      layer: layer.name,
      mode: request.mode,
      samples: indices.length,
      of: probe.samples,
      units,
      outputs: sums.map((sum) => finished(sum, names.get(sum.output.name) ?? null, indices.length)),
      accuracy: accuracyOf(sums, units.length, labels),
      notes: cut.head.notes,
    };
  } finally {
    await cut.release();
  }
}

function wantedUnits({ name }: Layer, wanted: number[] | null, count: number): number[] {
  const outside = wanted?.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= count);
  if (outside !== undefined) {
    throw new UserError(`layer "${name}" has ${count} neurons, there is no neuron ${outside}`, {
      hint: `choose from 0 to ${count - 1}`,
      code: 'layer/no-unit',
    });
  }
  return wanted ?? Array.from({ length: count }, (_, unit) => unit);
}

/** The mean of each unit's finite activations over samples and places. */
async function unitMeans(batches: AsyncIterable<RunBatch>, layer: Layer): Promise<Float64Array> {
  let sums = new Float64Array();
  let counts = new Float64Array();
  for await (const { samples, ran, outputs } of batches) {
    const { dims, data } = outputs[layer.name];
    const { units, outer, inner } = unitElements(dims, layer.unitAxis, ran);
    if (sums.length === 0) [sums, counts] = [new Float64Array(units), new Float64Array(units)];
    // What a fixed batch was filled up with lies at its end.
    const counted = (outer * samples) / ran;
    for (let o = 0; o < counted; o++) {
      for (let unit = 0; unit < units; unit++) {
        for (let i = 0; i < inner; i++) {
          const value = Number(data[(o * units + unit) * inner + i]);
          if (!Number.isFinite(value)) continue;
          sums[unit] += value;
          counts[unit]++;
        }
      }
    }
  }
  return sums.map((sum, unit) => (counts[unit] > 0 ? sum / counts[unit] : 0));
}

/** Puts one value in all of a unit's places. @returns what puts its own values back */
function replaceUnit(
  { data }: Tensor,
  { units, outer, inner }: { units: number; outer: number; inner: number },
  unit: number,
  value: number,
): () => void {
  const values = data as Float32Array;
  // Integer tensors of quantised layers take the nearest whole number, 64-bit ones as such.
  const isBig = (data as unknown) instanceof BigInt64Array || (data as unknown) instanceof BigUint64Array;
  const isWhole = !(data instanceof Float32Array || data instanceof Float64Array);
  const put = (isBig ? BigInt(Math.round(value)) : isWhole ? Math.round(value) : value) as number;
  const own: Float32Array[] = [];
  for (let o = 0; o < outer; o++) {
    const start = (o * units + unit) * inner;
    own.push(values.slice(start, start + inner));
    values.fill(put, start, start + inner);
  }
  return () => own.forEach((part, o) => values.set(part, (o * units + unit) * inner));
}

interface Measured {
  /** samples × features */
  values: Float64Array;
}

async function measure(cut: CutModel, batch: RunBatch, outputs: readonly TrackedOutput[]): Promise<Measured[]> {
  const results = await cut.tail(batch.feeds, batch.outputs);
  return outputs.map((output) => featureMeans(results[output.tensor], output, batch.samples, batch.ran));
}

function newSums(output: TrackedOutput, values: Float64Array, features: number, units: number): Sums {
  const most = Math.max(1, Math.floor(mostNumbers / Math.max(units, 1)));
  const order = Array.from({ length: features }, (_, feature) => feature);
  if (features > most) order.sort((a, b) => values[b] - values[a] || a - b);
  const kept = Int32Array.from(order.slice(0, most)).sort();
  return {
    output,
    kept,
    baseline: new Float64Array(kept.length),
    effect: new Float64Array(units * kept.length),
    size: new Float64Array(units * kept.length),
    flips: new Float64Array(units),
    right: new Float64Array(units),
    rightBefore: 0,
    labelled: 0,
  };
}

function takeBaseline(sum: Sums, { values }: Measured, batch: RunBatch, labels: SampleLabels | null): void {
  const features = values.length / batch.samples;
  for (let sample = 0; sample < batch.samples; sample++) {
    const own = values.subarray(sample * features, (sample + 1) * features);
    sum.kept.forEach((feature, k) => (sum.baseline[k] += own[feature]));
    const label = labels?.classes[batch.first + sample] ?? -1;
    if (label < 0) continue;
    sum.labelled++;
    if (highest(own) === label) sum.rightBefore++;
  }
}

function takeAblated(
  sum: Sums,
  unit: number,
  before: Measured,
  after: Measured,
  batch: RunBatch,
  labels: SampleLabels | null,
): void {
  const features = before.values.length / batch.samples;
  const width = sum.kept.length;
  for (let sample = 0; sample < batch.samples; sample++) {
    const own = before.values.subarray(sample * features, (sample + 1) * features);
    const without = after.values.subarray(sample * features, (sample + 1) * features);
    for (let k = 0; k < width; k++) {
      const change = own[sum.kept[k]] - without[sum.kept[k]];
      // Where both are infinite or NaN nothing can be said of the change.
      if (!Number.isFinite(change)) continue;
      sum.effect[unit * width + k] += change;
      sum.size[unit * width + k] += Math.abs(change);
    }
    if (features < 2) continue;
    const decision = highest(without);
    if (decision !== highest(own)) sum.flips[unit]++;
    if (decision === labels?.classes[batch.first + sample]) sum.right[unit]++;
  }
}

/** The first output with several features is the one that decides. */
const deciding = (sums: readonly Sums[]): Sums | undefined => sums.find(({ kept }) => kept.length > 1);

async function labelsFor(
  probe: ProbeSet,
  indices: readonly number[],
  sums: readonly Sums[],
  names: ReadonlyMap<string, string[] | null>,
  wanted: string | null,
): Promise<SampleLabels | null> {
  const decides = deciding(sums);
  if (!decides) return null;
  const count = (decides.kept.at(-1) ?? 0) + 1;
  return sampleLabels(probe, indices, count, names.get(decides.output.name) ?? null, wanted);
}

function finished(sum: Sums, names: string[] | null, samples: number): AblatedOutput {
  const mean = (values: Float64Array): Float32Array => Float32Array.from(values, (value) => value / samples);
  return {
    name: sum.output.name,
    tensor: sum.output.tensor,
    features: sum.kept,
    names: names && Array.from(sum.kept, (feature) => names[feature]),
    baseline: mean(sum.baseline),
    effect: mean(sum.effect),
    size: mean(sum.size),
    flips: sum.kept.length > 1 ? mean(sum.flips) : null,
  };
}

function accuracyOf(sums: readonly Sums[], units: number, labels: SampleLabels | null): Ablation['accuracy'] {
  const decides = deciding(sums);
  if (!decides || !labels || decides.labelled === 0) return null;
  return {
    output: decides.output.name,
    labels: labels.from,
    samples: decides.labelled,
    before: decides.rightBefore / decides.labelled,
    after: Float32Array.from({ length: units }, (_, unit) => decides.right[unit] / decides.labelled),
  };
}

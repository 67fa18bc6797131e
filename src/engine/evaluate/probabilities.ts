import { classOutput } from '../map/classOutput.js';
import { inputLayout, repeatedSample, sampleElements } from '../map/inputBatch.js';
import type { ModelRuns } from '../map/modelRuns.js';
import { type ScoreReader, scoreReader } from '../map/scoreReader.js';
import { modelInputs } from '../probe/index.js';
import type { Tensor } from '../runtime/tensor.js';
import type { ClassProbability, Planes } from './planes.js';

/** One prepared input, as channels × height × width whatever the model's layout is, and back. */
export interface PreparedInput {
  planes: Planes;
  feeds: Record<string, Tensor>;
  /** The same with these planes in place of its own. */
  with(values: Float32Array): Record<string, Tensor>;
}

/** Most pictures that go through the model together. */
const atATime = 16;

export function preparedInput(feeds: Record<string, Tensor>, input: string): PreparedInput {
  const tensor = feeds[input];
  const { size, placeAxes } = inputLayout(tensor.dims);
  const [height, width] = size;
  const channelsLast = placeAxes[0] === 1 && tensor.dims.length === 4;
  const channels = tensor.data.length / (height * width);
  const places = height * width;
  const own = Float32Array.from(tensor.data as ArrayLike<number>, Number);
  /** Where an element of the planes lies in the tensor. */
  const at = (i: number): number => (channelsLast ? (i % places) * channels + Math.floor(i / places) : i);
  return {
    planes: { values: own.map((_, i) => own[at(i)]), channels, height, width },
    feeds,
    with(values) {
      let data = values;
      if (channelsLast) {
        data = new Float32Array(values.length);
        for (let i = 0; i < values.length; i++) data[at(i)] = values[i];
      }
      return { ...feeds, [input]: { ...tensor, type: 'float32', data } };
    },
  };
}

/** Probabilities of every class, for inputs of one sample each. */
export async function classProbabilities(
  runs: ModelRuns,
  input: string,
  output: string | null,
  inputs: readonly Record<string, Tensor>[],
): Promise<Float64Array[]> {
  const { link } = classOutput(runs.model, output);
  const all = await scoresOf(runs, input, output, inputs);
  return all.map(({ scores, kind }) =>
    // A box's score is one already.
    kind === 'boxes'
      ? scores
      : link === 'sigmoid'
        ? scores.map((score) => 1 / (1 + Math.exp(-score)))
        : softmax(scores),
  );
}

/** The logits of every class, for one input. */
export async function classLogits(
  runs: ModelRuns,
  input: string,
  feeds: Record<string, Tensor>,
): Promise<Float64Array> {
  return (await scoresOf(runs, input, null, [feeds]))[0].scores;
}

async function scoresOf(
  runs: ModelRuns,
  input: string,
  output: string | null,
  inputs: readonly Record<string, Tensor>[],
): Promise<{ scores: Float64Array; kind: ScoreReader['kind'] }[]> {
  const of = classOutput(runs.model, output);
  const tensors = [...new Set([of.logits, of.output])];
  const session = await runs.session(tensors);
  try {
    const fixed = modelInputs(runs.model).find(({ name }) => name === input)?.shape?.[0];
    const batch = typeof fixed === 'number' ? 1 : atATime;
    const result: { scores: Float64Array; kind: ScoreReader['kind'] }[] = [];
    for (let first = 0; first < inputs.length; first += batch) {
      const part = inputs.slice(first, first + batch);
      const feeds = part.length === 1 ? part[0] : stacked(part, input);
      const values = await session.run(feeds, tensors);
      const { size } = inputLayout(feeds[input].dims);
      const read = (tensor: string) => scoreReader(runs.model, tensor, of, values[tensor], part.length, size);
      const ofLogits = read(of.logits);
      const reader = ofLogits.kind === 'boxes' ? read(of.output) : ofLogits;
      for (let i = 0; i < part.length; i++) {
        const scores = reader.perClass(sampleElements(values[reader.tensor], part.length, i));
        result.push({ scores, kind: reader.kind });
      }
    }
    return result;
  } finally {
    await session.release();
  }
}

/** The probability of one class, for inputs made from one. */
export const probabilityOf =
  (runs: ModelRuns, prepared: PreparedInput, input: string, output: string | null, index: number): ClassProbability =>
  async (inputs) => {
    const all = await classProbabilities(runs, input, output, inputs.map((values) => prepared.with(values))); // prettier-ignore
    return Float64Array.from(all, (probabilities) => probabilities[index]);
  };

function stacked(parts: readonly Record<string, Tensor>[], input: string): Record<string, Tensor> {
  const repeated = repeatedSample(parts[0], 1, 0, parts.length);
  const each = parts[0][input].data.length;
  const data = new Float32Array(each * parts.length);
  parts.forEach((part, i) => data.set(part[input].data as Float32Array, i * each));
  return { ...repeated, [input]: { ...repeated[input], type: 'float32', data } };
}

function softmax(scores: Float64Array): Float64Array {
  const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

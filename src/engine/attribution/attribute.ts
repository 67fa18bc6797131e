import { UserError } from '../../shared/userError.js';
import { type Gradient, openGradient } from '../backward/index.js';
import { classNames } from '../classNames.js';
import { classIndex } from '../map/classIndex.js';
import { classOutput } from '../map/classOutput.js';
import { fullBatch } from '../map/inputBatch.js';
import { describeTensor, findLayer, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { modelInputs, type ProbeSet } from '../probe/index.js';
import { takingTurns } from '../turns.js';
import { attributionMethods, type AttributionMethod } from './methods.js';
import { Model } from './model.js';
import { samplesTogether } from './samplesTogether.js';
import type { InputBox } from './rules/lrp.js';

/** What attributions need of a probe set. */
export type AttributionInputs = Pick<ProbeSet, 'input' | 'samples' | 'batch'> & {
  /** Samples that go through the model together; absent: as its input says. */
  together?: number;
};

export interface AttributionJob {
  method: string;
  /** Index or name of the class; null: each input's highest output. */
  class: number | string | null;
  output: string | null;
  /** The output itself instead of what enters its softmax or sigmoid. */
  probability: boolean;
  /** Tensor, node or module to attribute to; null: the model's input. */
  wrt: string | null;
  /** `ig`: points from baseline to input, both included. */
  steps: number;
  /** `ig`: more points are taken where the score is too steep for these. */
  refine: boolean;
  /** `ig`: one number for every component, or one sample. */
  baseline: number | Float32Array;
  /** `smoothgrad`. */
  samples: number;
  sigma: number;
  seed: number;
  /** `lrp-*`: bounds of the input, for the box rule on the first convolution. */
  box: InputBox | null;
  /** `relp`: attention patterns as constants. */
  constantAttention: boolean;
  threads: number | null;
}

export const defaultAttribution = {
  class: null,
  output: null,
  probability: false,
  wrt: null,
  steps: 64,
  refine: false,
  baseline: 0,
  samples: 16,
  sigma: 0.15,
  seed: 0,
  box: null,
  constantAttention: false,
  threads: null,
} satisfies Partial<AttributionJob>;

/** What one batch of samples got. */
export interface AttributedBatch {
  /** Index of its first sample. */
  first: number;
  /** Of one sample. */
  dims: number[];
  /** One a sample, as many as `dims` say. */
  values: Float32Array[];
  classes: readonly number[];
  /** The scores that were attributed; null where none was computed on the way. */
  scores: Float64Array | null;
  /** What each sample's values should add up to; null where the method promises no sum. */
  expected: Float64Array | null;
}

export interface AttributionSummary {
  method: AttributionMethod;
  /** The tensor attributed to. */
  wrt: string;
  notes: string[];
  milliseconds: number;
}

export interface AttributionRun {
  signal?: AbortSignal;
  /** Keeps what was opened for the next time; absent: opened for this one and closed. */
  kept?: KeptGradient;
  /** The model whose classes are named, where this is a part of it. */
  named?: OnnxModel;
  onBatch(batch: AttributedBatch): void | Promise<void>;
}

/**
 * Attributes each input's score to the components of its input, or of a layer; batch by batch, so that nothing is kept.
 *
 * @throws UserError where the method, tensor or class is not there, or an operator on the way has no rule
 */
export async function attributeBatches(
  model: OnnxModel,
  inputs: AttributionInputs,
  job: AttributionJob,
  { signal, kept, named = model, onBatch }: AttributionRun,
): Promise<AttributionSummary> {
  const method = methodNamed(job.method);
  const output = classOutput(model, job.output);
  const target = job.probability ? output.output : output.logits;
  const wrt = job.wrt === null ? inputs.input : namedTensor(model, job.wrt);
  const notes = new Set(output.notes);
  const started = performance.now();
  const held = kept ?? new KeptGradient();
  try {
    const rules = method.rules ? [job.method, job.box, job.constantAttention] : [];
    const gradient = await held.take(model, JSON.stringify([target, wrt, job.threads, ...rules]), async () =>
      openGradient(
        model,
        { targets: [target], wrt: [wrt] },
        { threads: job.threads, ...(await method.rules?.(model, wrt, job)) },
      ),
    );
    const shape = modelInputs(model).find(({ name }) => name === inputs.input)?.shape;
    const fixed = typeof shape?.[0] === 'number' ? shape[0] : null;
    const chunk = inputs.together ?? fixed ?? (await chunkFor(model, inputs, shape?.slice(1) ?? []));
    const unitAxis = describeTensor(model, target)?.unitAxis ?? null;
    let names: string[] | null | undefined;
    const pause = takingTurns(signal);
    for (let first = 0; first < inputs.samples; first += chunk) {
      await pause();
      const count = Math.min(chunk, inputs.samples - first);
      const feeds = fullBatch(await inputs.batch(first, count), count, fixed ?? count);
      const point = new Model(gradient, feeds, inputs.input, wrt, { tensor: target, unitAxis }, count, pause);
      const classes = await point.classes(method.repeats ?? false, async (total) => {
        names ??= await classNames(named, total);
        return classIndex(job.class, total, names);
      });
      const { dims, values, scores, expected, note } = await method.run(point, job);
      if (note !== undefined) notes.add(note);
      await onBatch({
        first,
        dims,
        values,
        classes,
        scores: scores && Float64Array.from(scores),
        expected: method.sums && expected ? Float64Array.from(expected) : null,
      });
    }
    return { method, wrt, notes: [...notes], milliseconds: performance.now() - started };
  } finally {
    if (!kept) await held.release();
  }
}

/** @param sizes of the input's axes but the first, as the file states them */
async function chunkFor(
  model: OnnxModel,
  inputs: AttributionInputs,
  sizes: readonly (number | string | null)[],
): Promise<number> {
  if (inputs.samples <= 1) return 1;
  const isKnown = sizes.every((size) => typeof size === 'number');
  const dims = isKnown ? sizes : (await inputs.batch(0, 1))[inputs.input].dims;
  return samplesTogether(
    model,
    dims.reduce((product, size) => product * size, 1),
  );
}

/** The gradient that was used last: sessions take longer to open than to run. */
export class KeptGradient {
  #last: { model: OnnxModel; key: string; gradient: Gradient } | null = null;

  async take(model: OnnxModel, key: string, open: () => Promise<Gradient>): Promise<Gradient> {
    if (this.#last?.model === model && this.#last.key === key) return this.#last.gradient;
    await this.release();
    const gradient = await open();
    this.#last = { model, key, gradient };
    return gradient;
  }

  async release(): Promise<void> {
    const last = this.#last;
    this.#last = null;
    await last?.gradient.release();
  }
}

export interface Attributions extends AttributionSummary {
  dims: number[];
  values: Float32Array[];
  classes: number[];
  scores: Float64Array | null;
  expected: Float64Array | null;
}

/** As `attributeBatches`, all samples together. */
export async function attribute(
  model: OnnxModel,
  inputs: AttributionInputs,
  job: AttributionJob,
  options: Omit<AttributionRun, 'onBatch'> = {},
): Promise<Attributions> {
  const batches: AttributedBatch[] = [];
  const summary = await attributeBatches(model, inputs, job, {
    ...options,
    onBatch: (batch) => void batches.push(batch),
  });
  const all = (part: (batch: AttributedBatch) => Float64Array | null) =>
    batches.every(part) ? Float64Array.from(batches.flatMap((b) => [...part(b)!])) : null;
  return {
    ...summary,
    dims: batches[0]?.dims ?? [],
    values: batches.flatMap(({ values }) => values),
    classes: batches.flatMap(({ classes }) => classes),
    scores: all(({ scores }) => scores),
    expected: all(({ expected }) => expected),
  };
}

function methodNamed(name: string): AttributionMethod {
  if (Object.hasOwn(attributionMethods, name)) return attributionMethods[name];
  throw new UserError(`there is no attribution method "${name}"`, {
    hint: `the methods are ${Object.keys(attributionMethods).join(', ')}`,
    code: 'attribution/method',
  });
}

function namedTensor(model: OnnxModel, name: string): string {
  if (model.graph.inputs.some((input) => input.name === name)) return name;
  return findLayer(structureOf(model), name).name;
}

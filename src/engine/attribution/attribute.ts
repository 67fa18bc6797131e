import { UserError } from '../../shared/userError.js';
import { type Gradient, openGradient } from '../backward/index.js';
import { classNames } from '../classNames.js';
import { classIndex } from '../map/classIndex.js';
import { classOutput } from '../map/classOutput.js';
import type { MapInputs } from '../map/mapJob.js';
import { describeTensor, findLayer, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { modelInputs } from '../probe/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { classScore, type ClassTarget } from './classTarget.js';
import { attributionMethods, type AttributionMethod } from './methods.js';
import type { InputBox } from './rules/lrp.js';

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
  baseline: 0,
  samples: 16,
  sigma: 0.15,
  seed: 0,
  box: null,
  constantAttention: false,
  threads: null,
} satisfies Partial<AttributionJob>;

export interface Attributions {
  method: AttributionMethod;
  wrt: string;
  /** Of one sample. */
  dims: number[];
  /** One a sample, as many as `dims` say. */
  values: Float32Array[];
  classes: number[];
  /** The score that was attributed, a sample. */
  scores: Float64Array;
  /** By sample, what the attribution should add up to and does; null where the method promises no sum. */
  sums: { expected: number; actual: number }[] | null;
  notes: string[];
  milliseconds: number;
}

/** Samples that go through the model together. */
const atATime = 16;

/**
 * Attributes each input's score to the components of its input, or of a layer.
 *
 * @throws UserError where the method, tensor or class is not there, or an operator on the way has no rule
 */
export async function attribute(
  model: OnnxModel,
  inputs: MapInputs,
  job: AttributionJob,
  signal: AbortSignal = new AbortController().signal,
): Promise<Attributions> {
  const method = methodNamed(job.method);
  const output = classOutput(model, job.output);
  const target = job.probability ? output.output : output.logits;
  const wrt = job.wrt === null ? inputs.input : namedTensor(model, job.wrt);
  const gradient = openGradient(
    model,
    { targets: [target], wrt: [wrt] },
    { threads: job.threads, ...(await method.rules?.(model, wrt, job)) },
  );
  try {
    const fixed = modelInputs(model).find(({ name }) => name === inputs.input)?.shape?.[0];
    const chunk = typeof fixed === 'number' ? fixed : atATime;
    const unitAxis = describeTensor(model, target)?.unitAxis ?? null;
    const result: Attributions = {
      method,
      wrt,
      dims: [],
      values: [],
      classes: [],
      scores: new Float64Array(inputs.samples),
      sums: method.sums ? [] : null,
      notes: [...output.notes],
      milliseconds: 0,
    };
    const started = performance.now();
    let names: string[] | null | undefined;
    for (let first = 0; first < inputs.samples; first += chunk) {
      // So that a cancellation can arrive: a run blocks this thread.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const count = Math.min(chunk, inputs.samples - first);
      const feeds = await inputs.batch(first, count);
      const point = new Model(gradient, { ...feeds }, inputs.input, wrt, { tensor: target, unitAxis }, count);
      const classes = await point.classes(async (total) => {
        names ??= await classNames(model, total);
        return classIndex(job.class, total, names);
      });
      const made = await method.run(point, job);
      result.values.push(...made.values);
      result.dims = made.dims;
      result.classes.push(...classes);
      result.scores.set(made.scores, first);
      if (result.sums && made.expected) {
        made.values.forEach((values, i) =>
          result.sums!.push({ expected: made.expected![i], actual: values.reduce((sum, value) => sum + value, 0) }),
        );
      }
    }
    result.milliseconds = performance.now() - started;
    return result;
  } finally {
    await gradient.release();
  }
}

/** A batch at the point of its inputs: what methods ask of the model there and nearby. */
export class Model {
  #classes: number[] = [];
  #pass: Awaited<ReturnType<Gradient['forward']>> | null = null;

  constructor(
    private readonly gradient: Gradient,
    readonly feeds: Record<string, Tensor>,
    readonly input: string,
    readonly wrt: string,
    private readonly target: Omit<ClassTarget, 'classes'>,
    readonly count: number,
  ) {}

  get inputTensor(): Tensor {
    return this.feeds[this.input];
  }

  async classes(choose: (total: number) => Promise<number | null>): Promise<number[]> {
    this.#pass = await this.gradient.forward(this.feeds);
    const scored = classScore(this.#pass.values[this.target.tensor], { ...this.target, classes: null }, this.count);
    const chosen = await choose(scored.total);
    this.#classes = chosen === null ? scored.highest : scored.highest.map(() => chosen);
    return this.#classes;
  }

  /**
   * Scores, values of the tensor attributed to, and what comes back to it: gradients, or whatever the rules make of them.
   *
   * @param input  in place of the batch's own
   * @param asSeed what each score counts; null: 1
   */
  async at(
    input: Float32Array | null,
    asSeed: 'one' | 'score' = 'one',
  ): Promise<{ scores: Float64Array; values: Tensor; back: Float32Array }> {
    const own = this.inputTensor;
    const feeds = input
      ? { ...this.feeds, [this.input]: { ...own, type: 'float32' as const, data: input } }
      : this.feeds;
    const pass = input || !this.#pass ? await this.gradient.forward(feeds) : this.#pass;
    const scored = classScore(pass.values[this.target.tensor], { ...this.target, classes: this.#classes }, this.count);
    const seed = asSeed === 'one' ? scored.seed() : scored.seed(scored.scores);
    const gradients = await pass.backward({ [this.target.tensor]: seed });
    const back = gradients[this.wrt];
    return { scores: scored.scores, values: pass.values[this.wrt], back: back.data as Float32Array };
  }
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

import type { AttributionRequest, SampleAttribution } from '../shared/attribution.js';
import { attribute, defaultAttribution, embeddedModel, KeptGradient } from './attribution/index.js';
import { classNames } from './classNames.js';
import { classLogits } from './evaluate/index.js';
import { classIndex } from './map/classIndex.js';
import { classOutput } from './map/classOutput.js';
import { highest, topClasses } from './map/classScores.js';
import { ModelRuns } from './map/modelRuns.js';
import type { OnnxModel } from './onnx/model.js';
import type { Opened } from './opened.js';
import { modelInputs, type ProbeSet } from './probe/index.js';
import { isInteger } from './probe/modelInput.js';
import { sampleOf } from './request.js';
import type { Tensor } from './runtime/tensor.js';

/** These give slopes, not shares. */
const slopes: ReadonlySet<string> = new Set(['gradient', 'smoothgrad', 'guided-backprop', 'deconvnet']);

type Made = Pick<SampleAttribution, 'dims' | 'values' | 'expected' | 'notes'> & {
  score: number | null;
  isTokens: boolean;
};

/** Attributes scores to the parts of inputs that are no pictures: columns, tokens, numbers. */
export class SampleAttributions {
  // The next question is about the same model as a rule.
  #runs: ModelRuns | null = null;
  readonly #gradient = new KeptGradient();

  constructor(private readonly opened: Opened) {}

  async of(request: AttributionRequest, signal: AbortSignal): Promise<SampleAttribution> {
    const started = performance.now();
    const { model } = await this.opened.model(request.model);
    const probe = await this.opened.probe(request.model, request.probe, request.folders);
    const sample = sampleOf(probe, request.sample);
    const feeds = await probe.batch(sample, 1);
    const { link } = classOutput(model, null);
    const scores = await classLogits(this.#runsOf(model, request.threads), probe.input, feeds);
    const names = await classNames(model, scores.length);
    const index = classIndex(request.class, scores.length, names) ?? highest(scores);
    const input = modelInputs(model).find(({ name }) => name === probe.input);
    const isWhole = input !== undefined && isInteger(input);
    const { isTokens, ...made } = await (isWhole
      ? this.#toWhole(model, probe.input, feeds, index, request, signal)
      : this.#toNumbers(model, probe, feeds, index, request, signal));
    const hasColumns = probe.columns.length === made.values.length;
    const { values: row } = await probe.view(sample);
    return {
      ...made,
      score: made.score ?? scores[index],
      method: request.method,
      sample,
      parts: isTokens ? 'tokens' : hasColumns ? 'columns' : 'numbers',
      held: Float64Array.from(row ?? (feeds[probe.input].data as ArrayLike<number>), Number),
      columns: hasColumns ? probe.columns : null,
      top: topClasses(scores, link, names, [index]),
      class: index,
      milliseconds: performance.now() - started,
    };
  }

  async #toNumbers(
    model: OnnxModel,
    { input }: ProbeSet,
    feeds: Record<string, Tensor>,
    index: number,
    { method, threads }: AttributionRequest,
    signal: AbortSignal,
  ): Promise<Made> {
    const inputs = { input, samples: 1, batch: async () => feeds };
    const job = { ...defaultAttribution, refine: true, method, class: index, threads };
    const { values, dims, scores, expected, notes } = await attribute(model, inputs, job, {
      signal,
      kept: this.#gradient,
    });
    return {
      dims,
      values: values[0],
      score: scores?.[0] ?? null,
      expected: expected?.[0] ?? null,
      notes,
      isTokens: false,
    };
  }

  /** To what whole numbers become; where tokens are looked up, a token's value is the sum over its vector. */
  async #toWhole(
    model: OnnxModel,
    input: string,
    feeds: Record<string, Tensor>,
    index: number,
    { method, threads }: AttributionRequest,
    signal: AbortSignal,
  ): Promise<Made> {
    const { logits } = classOutput(model, null);
    const embedded = await embeddedModel(model, input, logits, feeds, threads);
    try {
      const inputs = { input: embedded.embedding, samples: 1, batch: async () => embedded.feeds };
      const job = { ...defaultAttribution, refine: true, method, class: index, output: logits, threads };
      const made = await attribute(embedded.model, inputs, job, { signal });
      const dims = feeds[input].dims.slice(1);
      const tokens = dims.reduce((product, length) => product * length, 1);
      const [all] = made.values;
      const features = all.length / tokens;
      // The sum of a gradient over a vector says nothing: behind a layer norm it is always 0.
      const isTokens = features > 1;
      const byLength = isTokens && slopes.has(method);
      const values = Float32Array.from({ length: tokens }, (_, token) => {
        const vector = all.subarray(token * features, (token + 1) * features);
        return byLength ? Math.hypot(...vector) : vector.reduce((sum, value) => sum + value, 0);
      });
      const how = byLength ? 'lengths of the vectors' : 'sums over the vectors';
      const note = `Tokens have no gradient: these are ${how} of ${features} numbers that they are looked up as.`;
      return {
        dims,
        values,
        score: made.scores?.[0] ?? null,
        expected: made.expected?.[0] ?? null,
        notes: [...(isTokens ? [note] : []), ...made.notes],
        isTokens,
      };
    } finally {
      await embedded.remove();
    }
  }

  #runsOf(model: OnnxModel, threads: number | null): ModelRuns {
    if (this.#runs?.model !== model || this.#runs.threads !== threads) {
      void this.#runs?.release();
      this.#runs = new ModelRuns(model, threads);
    }
    return this.#runs;
  }
}

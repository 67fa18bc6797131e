import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import { attributeBatches, type AttributionInputs, defaultAttribution, KeptGradient } from './attribute.js';
import { type GradientCorrelation, GradientCorrelationSum } from './gradientCorrelation.js';

export interface CorrelationJob {
  /** Outputs to correlate, by number. */
  classes: readonly number[];
  output: string | null;
  probability: boolean;
  steps: number;
  /** More points are taken where the score is too steep for these. */
  refine: boolean;
  baseline: number | Float32Array;
  threads: number | null;
  /** The right value of an output for a sample, NaN where it is not known; null: none is, and predictions take its place. */
  target: ((sample: number, output: number) => number) | null;
}

export interface OutputCorrelation extends GradientCorrelation {
  output: number;
  /** Of one sample. */
  dims: number[];
  /** Greatest difference of a sample's integrated gradients from what they should add up to. */
  attributionError: number;
}

/**
 * Integrated Gradient Correlation of each output over a probe set: one pass of integrated gradients an output.
 *
 * @throws UserError where fewer than two samples have a target
 */
export async function gradientCorrelation(
  model: OnnxModel,
  inputs: AttributionInputs,
  job: CorrelationJob,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<{ outputs: OutputCorrelation[]; notes: string[] }> {
  const outputs: OutputCorrelation[] = [];
  const notes = new Set<string>();
  const kept = new KeptGradient();
  for (const [round, output] of job.classes.entries()) {
    let sum: GradientCorrelationSum | null = null;
    let dims: number[] = [];
    let attributionError = 0;
    const summary = await attributeBatches(
      model,
      inputs,
      { ...defaultAttribution, ...job, method: 'ig', class: output },
      {
        signal,
        kept,
        onBatch(batch) {
          dims = batch.dims;
          batch.values.forEach((values, i) => {
            sum ??= new GradientCorrelationSum(values.length);
            const total = values.reduce((all, value) => all + value, 0);
            attributionError = Math.max(attributionError, Math.abs(total - batch.expected![i]));
            const target = job.target?.(batch.first + i, output) ?? null;
            if (!Number.isNaN(target)) sum.add(values, batch.scores![i], target);
          });
          onProgress?.(round * inputs.samples + batch.first + batch.values.length, job.classes.length * inputs.samples);
        },
      },
    );
    summary.notes.forEach((note) => notes.add(note));
    const result = (sum as GradientCorrelationSum | null)?.result();
    if (!result || result.samples < 2) {
      throw new UserError(`${result?.samples ?? 0} samples have a target, and a correlation takes two or more`, {
        hint: 'name the column or file that holds the targets with --targets',
        code: 'igc/targets',
      });
    }
    outputs.push({ ...result, output, dims, attributionError });
  }
  await kept.release();
  return { outputs, notes: [...notes] };
}

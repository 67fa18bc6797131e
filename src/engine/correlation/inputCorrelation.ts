import {
  type AttributionInputs,
  type CorrelationJob,
  fractionalInputs,
  gradientCorrelation,
  type OutputCorrelation,
} from '../attribution/index.js';
import type { OnnxModel } from '../onnx/model.js';

/**
 * Integrated Gradient Correlation of the components of any inputs; of tokens, of their positions.
 *
 * @throws UserError where fewer than two samples have a target, or whole numbers are looked up in no way that is known here
 */
export async function inputCorrelation(
  model: OnnxModel,
  inputs: AttributionInputs,
  job: CorrelationJob,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<{ outputs: OutputCorrelation[]; notes: string[] }> {
  const fractions = await fractionalInputs(model, inputs, job);
  try {
    const own = { ...job, output: fractions.output };
    const { outputs, notes } = await gradientCorrelation(fractions.model, fractions.inputs, own, options);
    const { byPosition } = fractions;
    return {
      outputs: byPosition
        ? outputs.map((one) => ({ ...one, dims: byPosition.dims, values: byPosition.sums(one.values) }))
        : outputs,
      notes: [...fractions.notes, ...notes],
    };
  } finally {
    await fractions.release();
  }
}

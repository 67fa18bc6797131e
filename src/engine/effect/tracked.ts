import { describeTensor } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { classOutput } from '../map/classOutput.js';
import { toActivationBatch } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';

/** An output whose change is measured. */
export interface TrackedOutput {
  /** The model's output. */
  name: string;
  /** The tensor that is looked at: the logits where the output is their Softmax or Sigmoid. */
  tensor: string;
  unitAxis: number | null;
}

/**
 * Outputs of float type, at their logits unless probabilities are wanted.
 *
 * @throws UserError where the model has no such output
 */
export function trackedOutputs(model: OnnxModel, only: string | null, probability: boolean): TrackedOutput[] {
  const floats = model.graph.outputs.filter(({ type }) => /^(float|double)/.test(type) || type === 'undefined');
  const names = only === null ? floats.map(({ name }) => name) : [only];
  // Without a float output, or with a name that is none, this says so.
  if (names.length === 0 || only !== null) classOutput(model, only);
  const tracked = names.map((name) => {
    const { logits } = classOutput(model, name);
    const tensor = probability ? name : logits;
    return { name, tensor, unitAxis: describeTensor(model, tensor)?.unitAxis ?? null };
  });
  // Models that give logits and their Softmax have one output, as far as causes go.
  return tracked.filter((one, i) => tracked.findIndex(({ tensor }) => tensor === one.tensor) === i);
}

/** One value a feature: the mean over places where the output has places. samples × features */
export function featureMeans(
  tensor: Tensor,
  output: TrackedOutput,
  samples: number,
  ran: number,
): { values: Float64Array; features: number } {
  const { units, height, width, values } = toActivationBatch(tensor, output, 0, samples, ran);
  const places = height * width;
  const means = new Float64Array(samples * units);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let place = 0; place < places; place++) sum += values[i * places + place];
    means[i] = sum / Math.max(places, 1);
  }
  return { values: means, features: units };
}

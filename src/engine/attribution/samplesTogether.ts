import { inferFacts } from '../onnx/shape/index.js';
import type { OnnxModel } from '../onnx/model.js';

/** Samples that go through the model together, and components that these have at most. */
const mostSamples = 16;
const mostComponents = 2 ** 19;
/** Of one sample, what forward and backward keep of it stays near the processor. */
const nearBytes = 4 * 1024 * 1024;

/**
 * How many samples a run is to take. Forward and backward of a network of many thin layers are bound by memory: a batch's
 * activations fall out of the caches (MobileNetV2 takes half as long a picture one by one as eight at a time), and there
 * are few weights to read once for all.
 *
 * @param components of one sample of the input
 */
export function samplesTogether(model: OnnxModel, components: number): number {
  const activations = 4 * [...sizesOfActivations(model)].reduce((sum, size) => sum + size, 0);
  if (activations > nearBytes && activations > weightBytes(model)) return 1;
  return Math.max(1, Math.min(mostSamples, Math.floor(mostComponents / components)));
}

/** Elements of each tensor that nodes compute, as far as they are known; of batches and sizes that are free, one counts. */
function* sizesOfActivations(model: OnnxModel): Generator<number> {
  const facts = inferFacts(model);
  for (const name of model.graph.nodes.flatMap(({ outputs }) => outputs)) {
    const fact = facts.get(name);
    if (fact?.shape && !fact.constant) yield fact.shape.reduce<number>((all, size) => all * (Number(size) || 1), 1);
  }
}

const weightBytes = ({ graph }: OnnxModel): number =>
  4 * [...graph.initializers.values()].reduce((sum, { dims }) => sum + dims.reduce((all, size) => all * size, 1), 0);

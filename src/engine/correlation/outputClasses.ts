import type { OutputClasses } from '../../shared/correlation.js';
import { classNames } from '../classNames.js';
import { classOutput } from '../map/classOutput.js';
import { describeTensor } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';

/** The classes that an output scores, as far as the structure says it; null: the first output of numbers. */
export async function outputClasses(
  model: OnnxModel,
  output: string | null,
): Promise<Pick<OutputClasses, 'count' | 'names'>> {
  const count = describeTensor(model, classOutput(model, output).logits)?.units ?? null;
  return { count, names: count === null ? null : await classNames(model, count) };
}

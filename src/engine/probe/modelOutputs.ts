import { UserError } from '../../shared/userError.js';
import { classNames } from '../classNames.js';
import { classOutput } from '../map/classOutput.js';
import type { OnnxModel } from '../onnx/model.js';
import { openSession, streamActivations } from '../runtime/index.js';
import type { ProbeSet } from './probeSet.js';

/** What a model gives for samples: one row a sample. */
export interface ModelOutputs {
  /** Of the model's output. */
  output: string;
  units: number;
  /** samples × units */
  values: Float32Array;
  /** Of the units, where the model's file or one beside it says them. */
  names: string[] | null;
}

/**
 * Runs the model over the first samples of a probe set, for its first output of floats.
 *
 * @throws UserError where that gives more than one row of numbers a sample, as segmentation and detectors do
 */
export async function modelOutputs(
  model: OnnxModel,
  probe: ProbeSet,
  samples: number,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<ModelOutputs> {
  if (model.graph.outputs.length === 0) {
    throw new UserError('the outputs of the model are asked for, and there is no model', {
      hint: 'name the model beside the recorded activations',
      code: 'probe/outputs',
    });
  }
  const { output } = classOutput(model, null);
  const rank = model.graph.outputs.find(({ name }) => name === output)?.shape?.length;
  const session = await openSession(model, { outputs: [] });
  try {
    let units = 0;
    let values = new Float32Array(0);
    await streamActivations({
      session,
      probe,
      samples,
      signal,
      onProgress,
      // One number a sample has no axis of units.
      layers: [{ name: output, unitAxis: rank === 1 ? null : 1 }],
      onBatch(_, batch) {
        if (batch.height * batch.width !== 1) {
          throw new UserError(
            `output "${output}" gives ${batch.units} × ${batch.height} × ${batch.width} numbers a sample, and concepts are made of outputs of one row`,
            { hint: 'leave "outputs" out', code: 'probe/outputs' },
          );
        }
        units = batch.units;
        if (values.length === 0) values = new Float32Array(samples * units);
        values.set(batch.values, batch.first * units);
      },
    });
    return { output, units, values, names: await classNames(model, units) };
  } finally {
    await session.release();
  }
}

/** Whether the model's first output is a row of scores, one a class, as far as its file says. */
export function isClassifier(model: OnnxModel): boolean {
  const shape = model.graph.outputs.find(({ type }) => /^(float|double|bfloat)/.test(type))?.shape;
  const [, classes, ...places] = shape ?? [];
  return typeof classes === 'number' && classes > 1 && places.every((size) => size === 1);
}

/** What the model's file, or one beside it, calls its classes; null where it has another number of them, or no names. */
export async function outputNames(model: OnnxModel, classes: number): Promise<string[] | null> {
  const shape = model.graph.outputs.find(({ type }) => /^(float|double|bfloat)/.test(type))?.shape;
  const own = shape?.[1];
  return typeof own === 'number' && own !== classes ? null : classNames(model, classes);
}

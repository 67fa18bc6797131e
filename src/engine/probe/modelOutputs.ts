import { UserError } from '../../shared/userError.js';
import { classNames } from '../classNames.js';
import { classOutput } from '../map/classOutput.js';
import { describeTensor } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { openSession, streamActivations } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import { PredictedPlaces, type PlaceRule } from './predictedPlaces.js';
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

/** An output that concepts are made of. */
interface ReadOutput {
  name: string;
  unitAxis: number | null;
  /** Where it has places. */
  rule: PlaceRule | null;
}

type Progress = (done: number, total: number) => void;

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
  onProgress?: Progress,
): Promise<ModelOutputs> {
  const found = await rowsOrPlaces(model, probe, samples, null, signal, onProgress);
  return found.rows!;
}

/**
 * As `modelOutputs`; of a segmentation, the class of each place. That is an output with scores for each place, samples × classes ×
 * height × width (or the classes last), one of a probability for each, or one of class numbers, samples × height × width.
 *
 * @param size of the masks of places, given the output's own; null: places are refused
 */
export async function rowsOrPlaces(
  model: OnnxModel,
  probe: ProbeSet,
  samples: number,
  size: ((output: Size) => Size) | null,
  signal?: AbortSignal,
  onProgress?: Progress,
): Promise<{ rows: ModelOutputs | null; places: PredictedPlaces | null; size: Size | null }> {
  const output = outputToRead(model);
  const session = await openSession(model, { outputs: [output.name] });
  try {
    let units = 0;
    let values = new Float32Array(0);
    let places: PredictedPlaces | null = null;
    let chosen: Size | null = null;
    await streamActivations({
      session,
      probe,
      samples,
      signal,
      onProgress,
      layers: [{ name: output.name, unitAxis: output.unitAxis }],
      onBatch(_, batch) {
        if (batch.height * batch.width === 1) {
          units = batch.units;
          if (values.length === 0) values = new Float32Array(samples * units);
          values.set(batch.values, batch.first * units);
          return;
        }
        const rule = size && ruleFor(output, batch);
        if (!rule) throw noConcepts(output.name, batch, size !== null);
        const isByColumn = rule.kind === 'number' && rule.byColumn;
        chosen ??= size(isByColumn ? { height: batch.width, width: batch.units } : batch);
        places ??= new PredictedPlaces(samples, chosen);
        places.add(batch, rule);
      },
    });
    if (places) return { rows: null, places, size: chosen };
    return {
      rows: { output: output.name, units, values, names: await classNames(model, units) },
      places,
      size: chosen,
    };
  } finally {
    await session.release();
  }
}

interface Size {
  height: number;
  width: number;
}

function outputToRead(model: OnnxModel): ReadOutput {
  const { outputs } = model.graph;
  if (outputs.length === 0) {
    throw new UserError('the outputs of the model are asked for, and there is no model', {
      hint: 'name the model beside the recorded activations',
      code: 'probe/outputs',
    });
  }
  const numbers = outputs.find(
    ({ type, shape }) => /^u?int/.test(type) && (shape?.length === 3 || shape?.length === 4),
  );
  const hasFloats = outputs.some(({ type }) => /^(float|double|bfloat)/.test(type) || type === '');
  if (!hasFloats && numbers) {
    const byColumn = numbers.shape!.length === 3;
    return { name: numbers.name, unitAxis: byColumn ? 2 : 1, rule: { kind: 'number', byColumn } };
  }
  const { output, logits, link } = classOutput(model, null);
  const rank = outputs.find(({ name }) => name === output)?.shape?.length;
  // One number a sample has no axis of units; of maps the model's own operators tell.
  const unitAxis = rank === 1 ? null : rank === 4 ? (describeTensor(model, output)?.unitAxis ?? 1) : 1;
  return { name: output, unitAxis, rule: { kind: logits !== output && link === 'sigmoid' ? 'probability' : 'scores' } };
}

/** Null where the places of a batch have no classes: boxes in a row, numbers that are no scores. */
function ruleFor({ rule }: ReadOutput, { units, height, width }: ActivationBatch): PlaceRule | null {
  if (rule?.kind === 'number') return rule.byColumn || units === 1 ? rule : null;
  if (height === 1 || width === 1) return null;
  if (units > 1) return { kind: 'scores' };
  return rule?.kind === 'probability' ? rule : null;
}

const noConcepts = (output: string, { units, height, width }: ActivationBatch, places: boolean): UserError =>
  new UserError(
    `output "${output}" gives ${units} × ${height} × ${width} numbers a sample, and ${places ? 'concepts are made of one row of numbers, or of a class for each place' : 'one row of numbers is needed'}`,
    { hint: 'leave "outputs" out', code: 'probe/outputs' },
  );

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

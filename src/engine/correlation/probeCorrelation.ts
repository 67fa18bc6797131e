import path from 'node:path';
import type { CorrelationSettings, ProbeCorrelation } from '../../shared/correlation.js';
import { UserError } from '../../shared/userError.js';
import { channelSums, defaultAttribution, gradientCorrelation } from '../attribution/index.js';
import { classIndex } from '../map/classIndex.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, modelInputs, pickedSamples, type ProbeSet } from '../probe/index.js';
import { isFloat } from '../probe/modelInput.js';
import { outputClasses } from './outputClasses.js';
import { correlationTargets } from './targets.js';

/**
 * Integrated Gradient Correlation of one output over a probe set, with the targets that the probe set knows: the right
 * classes. Without them, and for models of one output, the output is correlated with itself.
 *
 * @throws UserError where the output is not there, or the inputs are no fractions and so have no gradient
 */
export async function probeCorrelation(
  model: OnnxModel,
  probe: ProbeSet,
  { class: wanted, auto, samples, steps, threads }: CorrelationSettings,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<ProbeCorrelation> {
  const started = performance.now();
  const input = modelInputs(model).find(({ name }) => name === probe.input);
  if (input && !isFloat(input)) {
    throw new UserError(
      `input "${input.name}" holds whole numbers (${input.type}), which have no gradient to correlate`,
      {
        hint: 'export the model with its embeddings as input',
        code: 'igc/input',
      },
    );
  }
  const { count, names } = await outputClasses(model, null);
  if (count === null) {
    throw new UserError(`${path.basename(model.path)}: how many outputs it has is not known from its structure`, {
      hint: 'export it with the shape of its output',
      code: 'igc/outputs',
    });
  }
  const output = classIndex(wanted, count, names) ?? 0;
  const picked = evenlySpread(probe.samples, samples);
  const targets = auto ? null : await correlationTargets(probe, picked, count, names, null);
  const result = await gradientCorrelation(
    model,
    pickedSamples(probe, picked),
    {
      ...{ classes: [output], output: null, probability: false, steps, threads },
      baseline: defaultAttribution.baseline,
      target: targets?.of ?? null,
    },
    { signal, onProgress },
  );
  const [one] = result.outputs;
  const map = probe.kind === 'images' ? channelSums(one.values, one.dims) : null;
  return {
    output,
    name: names?.[output] ?? null,
    targets: targets?.from ?? null,
    correlation: one.correlation,
    completenessError: one.completenessError,
    attributionError: one.attributionError,
    samples: one.samples,
    of: probe.samples,
    steps,
    dims: one.dims,
    values: map?.values ?? one.values,
    map: map && { height: map.height, width: map.width },
    columns: probe.columns.length === one.values.length ? probe.columns : null,
    notes: result.notes,
    milliseconds: performance.now() - started,
  };
}

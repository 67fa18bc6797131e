import path from 'node:path';
import type { CorrelationSettings, ProbeCorrelation } from '../../shared/correlation.js';
import { UserError } from '../../shared/userError.js';
import { channelSums, defaultAttribution } from '../attribution/index.js';
import { classIndex } from '../map/classIndex.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, pickedSamples, type ProbeSet } from '../probe/index.js';
import { inputCorrelation } from './inputCorrelation.js';
import { outputClasses } from './outputClasses.js';
import { correlationTargets } from './targets.js';

/**
 * Integrated Gradient Correlation of one output over a probe set, with the targets that the probe set knows: the right
 * classes; for models of one output, the column `target`. Without them the output is correlated with itself.
 *
 * @throws UserError where the output is not there, or the inputs are whole numbers that are looked up nowhere
 */
export async function probeCorrelation(
  model: OnnxModel,
  probe: ProbeSet,
  { class: wanted, auto, target, samples, steps, threads }: CorrelationSettings,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<ProbeCorrelation> {
  const started = performance.now();
  const { count, names } = await outputClasses(model, null);
  if (count === null) {
    throw new UserError(`${path.basename(model.path)}: how many outputs it has is not known from its structure`, {
      hint: 'export it with the shape of its output',
      code: 'igc/outputs',
    });
  }
  const output = classIndex(wanted, count, names) ?? 0;
  const picked = evenlySpread(probe.samples, samples);
  const targets = auto ? null : await correlationTargets(probe, picked, count, names, target);
  const { outputs, notes } = await inputCorrelation(
    model,
    pickedSamples(probe, picked),
    {
      ...{ classes: [output], output: null, probability: false, steps, refine: true, threads },
      baseline: defaultAttribution.baseline,
      target: targets?.of ?? null,
    },
    { signal, onProgress },
  );
  const [one] = outputs;
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
    notes,
    milliseconds: performance.now() - started,
  };
}

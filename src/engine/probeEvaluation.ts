import path from 'node:path';
import type { EvaluationRequest } from '../shared/engineApi.js';
import type { Evaluation, EvaluationCost, EvaluationProgress } from '../shared/evaluation.js';
import { UserError } from '../shared/userError.js';
import { mapMethods } from './cam/index.js';
import { evaluateMaps, evaluationCost, type EvaluationJob } from './evaluate/index.js';
import { findLayer, structureOf } from './onnx/index.js';
import type { OnnxModel } from './onnx/model.js';
import type { Opened } from './opened.js';
import type { ProbeSet } from './probe/index.js';

/** A table with all its rows is not made more often than that. */
const interval = 200;

/** Judges maps over a model's probe set, for its highest class in each picture. */
export async function evaluateProbe(
  request: EvaluationRequest,
  opened: Opened,
  onProgress: (progress: EvaluationProgress) => void,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { model, probe, job } = await ready(request, opened);
  let told = -Infinity;
  return evaluateMaps(model, probe, job, {
    signal,
    onProgress({ table, ...progress }) {
      if (performance.now() - told < interval && progress.done < progress.total) return;
      told = performance.now();
      onProgress({ ...progress, table: table() });
    },
  });
}

export async function probeEvaluationCost(
  request: EvaluationRequest,
  opened: Opened,
  signal: AbortSignal,
): Promise<EvaluationCost> {
  const { model, probe, job } = await ready(request, opened);
  return evaluationCost(model, probe, job, signal);
}

async function ready(
  { model: file, probe: choice, folders, ...settings }: EvaluationRequest,
  opened: Opened,
): Promise<{ model: OnnxModel; probe: ProbeSet; job: EvaluationJob }> {
  const { model } = await opened.model(file);
  const probe = await opened.probe(file, choice, folders);
  if (!probe.picture) {
    throw new UserError(`${path.basename(file)}: maps are of pictures, and its probe set has none`, {
      hint: 'choose a probe set of pictures',
      code: 'probe/no-pictures',
    });
  }
  for (const method of settings.methods) {
    if (Object.hasOwn(mapMethods, method) && mapMethods[method].needs !== 'unit') continue;
    throw new UserError(`"${method}" draws no map of a class that could be judged`, {
      hint: 'leave it out',
      code: 'evaluate/method',
    });
  }
  const layers = settings.layers.map((name) => findLayer(structureOf(model), name).name);
  return { model, probe, job: { ...settings, layers, class: null, output: null, seed: 0 } };
}

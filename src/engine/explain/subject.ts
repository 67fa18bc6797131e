import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ExplainEvent, ExplainRequest } from '../../shared/engineApi.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { defaultLayers, findLayer } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import type { Opened } from '../opened.js';
import { readArray, summaryOf, type ProbeSet } from '../probe/index.js';
import { openSession } from '../runtime/index.js';
import type { Activations } from './activations.js';
import { modelActivations } from './modelActivations.js';
import { recordedActivations } from './recordedActivations.js';

/** What is to be explained: activations, and the probe set that they belong to. */
export interface Subject {
  activations: Activations;
  probe: ProbeSet;
  model: { path: string; sha256(): Promise<string> } | null;
}

/** Opens model, probe set and session as the request says, telling what was found on the way. */
export async function openSubject(
  request: ExplainRequest,
  opened: Opened,
  onEvent: (event: ExplainEvent) => void,
  signal: AbortSignal,
): Promise<Subject> {
  if (request.activations !== null) return recordedSubject(request, request.activations, opened, onEvent);
  if (request.model === null)
    throw new UserError('there is no model to explain', { hint: 'name one, or recorded activations' });
  const { model, structure } = await opened.model(request.model);
  onEvent({ type: 'structure', structure });
  const layers = chosenLayers(model, structure, request.layers);
  const probe = await opened.probe(request.model, request.probe, request.folders);
  onEvent({ type: 'probe', probe: summaryOf(probe) });
  signal.throwIfAborted();
  const session = await openSession(model, {
    outputs: layers.map(({ name }) => name),
    threads: request.threads,
    provider: request.provider,
  });
  for (const message of session.notes) onEvent({ type: 'warning', message });
  try {
    const samples = Math.min(request.limit ?? Infinity, probe.samples);
    if (samples === 0) throw new UserError(`${probe.title}: the probe set is empty`, { hint: 'choose another one' });
    // A quarter of the ceiling for what is kept between the passes; reducers, masks and runs need the rest.
    const activations = await modelActivations(session, probe, layers, samples, (request.memory * 2 ** 20) / 4, signal);
    return { activations, probe, model: { path: request.model, sha256: () => fileHash(model.path) } };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function recordedSubject(
  request: ExplainRequest,
  file: string,
  opened: Opened,
  onEvent: (event: ExplainEvent) => void,
): Promise<Subject> {
  const { dims, data } = await readArray(file);
  const name = request.layers[0] ?? null;
  const recorded = recordedActivations(file, { shape: dims, data: data as ArrayLike<number> }, name, request.limit);
  let probe: ProbeSet;
  if (request.model !== null) probe = await opened.probe(request.model, request.probe, request.folders);
  else if (request.probe) probe = await opened.probeOfRecording(request.probe);
  else
    throw new UserError('recorded activations need a probe set that says what they were recorded on', {
      hint: 'name one with --probe',
    });
  onEvent({ type: 'probe', probe: summaryOf(probe) });
  return { activations: recorded, probe, model: null };
}

function chosenLayers(model: OnnxModel, structure: ModelStructure, names: string[]): Layer[] {
  const layers = names.length > 0 ? names.map((name) => findLayer(structure, name)) : defaultLayers(model);
  if (layers.length === 0) {
    throw new UserError(`${model.path}: the model has no layer worth explaining`, {
      hint: 'it needs at least one convolution, linear layer or activation function',
      code: 'model/no-layers',
    });
  }
  return layers.filter((layer, i) => layers.findIndex(({ name }) => name === layer.name) === i);
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

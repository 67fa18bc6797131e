import path from 'node:path';
import type { ExplainEvent, ExplainRequest } from '../../shared/engineApi.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { fileHash } from '../fileHash.js';
import { defaultLayers, findLayer, partBefore } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import type { Opened } from '../opened.js';
import { readArray, summaryOf, type ProbeSet } from '../probe/index.js';
import { openSession } from '../runtime/index.js';
import type { Activations } from './activations.js';
import { nodeThatHidesLayers } from './hiddenLayers.js';
import { layersBefore } from './layersBefore.js';
import type { MemoryShares } from './memoryShares.js';
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
  memory: MemoryShares,
  opened: Opened,
  onEvent: (event: ExplainEvent) => void,
  signal: AbortSignal,
): Promise<Subject> {
  if (request.activations !== null) return recordedSubject(request, request.activations, opened, onEvent);
  if (request.model === null)
    throw new UserError('there is no model to explain', { hint: 'name one, or recorded activations' });
  const { model, structure } = await opened.model(request.model);
  const layers = chosenLayers(model, structure, request.layers);
  onEvent({ type: 'structure', structure, layers: layers.map(({ name }) => name) });
  checkInputs(model, structure);
  const probe = await opened.probe(request.model, request.probe, request.folders);
  onEvent({ type: 'probe', probe: summaryOf(probe) });
  signal.throwIfAborted();
  const samples = Math.min(request.limit ?? Infinity, probe.samples);
  if (samples === 0) throw new UserError(`${probe.title}: the probe set is empty`, { hint: 'choose another one' });
  const noted = new Set<string>();
  const open = async (outputs: string[]) => {
    const { threads, provider } = request;
    const session = await openSession(model, { outputs, threads, provider });
    for (const message of session.notes) {
      if (!noted.has(message)) onEvent({ type: 'warning', message });
      noted.add(message);
    }
    return session;
  };
  const nodes = (outputs: readonly string[]) => partBefore(model, outputs)?.nodes.size ?? model.graph.nodes.length;
  const measure = (some: Layer[]) => modelActivations({ open, nodes, probe, layers: some, samples, memory, signal });
  let left = layers;
  let activations: Activations | null = null;
  while (!activations) {
    try {
      activations = await measure(left);
    } catch (error) {
      const before = layersBefore(model, left, error, request.layers.length > 0);
      left = before.left;
      onEvent({ type: 'structure', structure, layers: left.map(({ name }) => name) });
      onEvent({ type: 'warning', message: before.warning });
    }
  }
  return { activations, probe, model: { path: request.model, sha256: () => fileHash(model.path) } };
}

async function recordedSubject(
  request: ExplainRequest,
  file: string,
  opened: Opened,
  onEvent: (event: ExplainEvent) => void,
): Promise<Subject> {
  const { dims, data } = await readArray(file);
  const name = request.layers[0] ?? null;
  const activations = recordedActivations(file, { shape: dims, data }, name, request.limit);
  let probe: ProbeSet;
  if (request.model !== null) probe = await opened.probe(request.model, request.probe, request.folders);
  else if (request.probe) probe = await opened.probeOfRecording(request.probe);
  else
    throw new UserError('recorded activations need a probe set that says what they were recorded on', {
      hint: 'name one with --probe',
    });
  onEvent({ type: 'probe', probe: summaryOf(probe) });
  const { samples } = activations;
  if (samples > probe.samples) {
    throw new UserError(`${file} holds activations of ${samples} samples, and the probe set has ${probe.samples}`, {
      hint: 'give the probe set that they were recorded on',
    });
  }
  if (samples < probe.samples && request.limit === null) {
    const message = `${file} holds activations of ${samples} samples; they are taken for the first of the probe set's ${probe.samples}`;
    onEvent({ type: 'warning', message });
  }
  return { activations, probe, model: null };
}

/** Refuses models that no probe set can feed. */
function checkInputs(model: OnnxModel, { inputs }: ModelStructure): void {
  const name = path.basename(model.path);
  if (inputs.length === 0) {
    throw new UserError(`${name}: the model takes no input, so its activations are always the same`, {
      hint: 'choose a model that takes one',
      code: 'model/no-inputs',
    });
  }
  const empty = inputs.find(({ shape }) => shape?.includes(0));
  if (empty) {
    const shape = empty.shape!.map((axis) => axis ?? '?').join(' × ');
    throw new UserError(`${name}: input "${empty.name}" takes ${shape} values, which is none, so nothing can be run`, {
      hint: 'export the model with a batch axis that is free',
      code: 'model/empty-input',
    });
  }
  if (inputs.every(({ type }) => type === 'string')) {
    throw new UserError(`${name}: input "${inputs[0].name}" takes text, and probe sets hold numbers and pictures`, {
      hint: 'explain the part of the model behind the tokenizer, or recorded activations',
      code: 'model/text-input',
    });
  }
}

function chosenLayers(model: OnnxModel, structure: ModelStructure, names: string[]): Layer[] {
  const layers = names.length > 0 ? names.map((name) => findLayer(structure, name)) : defaultLayers(model);
  if (layers.length === 0) throw noLayers(model);
  return layers.filter((layer, i) => layers.findIndex(({ name }) => name === layer.name) === i);
}

function noLayers(model: OnnxModel): UserError {
  const name = path.basename(model.path);
  const code = 'model/no-layers';
  const hiding = nodeThatHidesLayers(model);
  if (hiding) {
    const inside = hiding.op === 'If' ? 'the branches of an If' : `the body of a ${hiding.op}`;
    return new UserError(
      `${name}: all its layers lie inside ${inside} ("${hiding.name || hiding.outputs[0]}"), where activations cannot be read`,
      {
        hint: `export the model for one case, without ${hiding.op}, so that its layers stand in the main graph`,
        code,
      },
    );
  }
  // scikit-learn, XGBoost and LightGBM export into this domain: trees, nearest neighbours, support vectors.
  const learner = model.graph.nodes.find(({ domain, op }) => domain === 'ai.onnx.ml' && /Ensemble|SVM|Linear/.test(op));
  if (learner) {
    return new UserError(`${name}: the model is a ${learner.op}, not a neural network: it has no neurons`, {
      hint: 'choose a model with convolutions, linear layers or activation functions',
      code,
    });
  }
  const tensor = model.graph.nodes.findLast(({ outputs }) => outputs[0])?.outputs[0];
  return new UserError(
    `${name}: the model has no layer worth explaining: no convolution, linear layer or activation function`,
    {
      hint:
        tensor === undefined
          ? 'choose another model'
          : `any tensor may be named as one; on the command line: onnxplain explain --layer "${tensor}"`,
      code: tensor === undefined ? code : 'model/no-usual-layers',
    },
  );
}

import { promises as fs } from 'node:fs';
import path from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { UserError } from '../../shared/userError.js';
import { appendOutputs, type OnnxModel, partBefore, partBytes, structureBytes } from '../onnx/index.js';
import { checkRunnable } from './checkRunnable.js';
import { checkShape, convertElements, type SessionInput, shapeText } from './feed.js';
import { fromFetched } from './fetched.js';
import { openingRefused, runFailed } from './refusal.js';
import type { Tensor } from './tensor.js';

/** A model that is loaded and can run. `run` and `openSession` block the thread that calls them: not for an editor's host. */
export interface Session {
  /** The model's file name, for messages. */
  model: string;
  /** The inputs that it takes: of the model's own, those that its outputs need. */
  inputs: SessionInput[];
  /** The shape that the model states for an input, also for one that the session does not take; null for a free rank. */
  statedShape(input: string): SessionInput['shape'];
  /** Every output that can be fetched. */
  outputs: string[];
  /** Element type of an output as ONNX Runtime spells it (`float32`, `float16`, `int64`); null for other names. */
  typeOf(output: string): string | null;
  /** The execution provider that the session was opened with. */
  provider: string;
  /** What the user should know about how it was opened, one sentence each. */
  notes: string[];
  /**
   * The outputs named in `fetch`. ONNX Runtime computes all of the session's outputs all the same, but copies nothing else out
   * of it. Feeds are converted to the declared types; those that the session does not take are left out.
   *
   * @throws UserError where feeds are missing or do not fit, or a node can't run on them
   */
  run(feeds: Record<string, Tensor>, fetch: readonly string[]): Promise<Record<string, Tensor>>;
  /** Writes what was recorded, where the session was opened with `profile`. */
  endProfiling(): void;
  release(): Promise<void>;
}

export interface SessionOptions {
  /**
   * All tensors of the main graph that will be fetched: what they do not need is not loaded and not computed. None: the
   * model's own outputs.
   */
  outputs: readonly string[];
  /** Null: ONNX Runtime chooses, one per physical core. */
  threads?: number | null;
  /** `cpu`, or `cuda`, `webgpu`, `dml`, `coreml` where this build has them; otherwise the CPU is used and a note says so. */
  provider?: string;
  /** A part of the model (`partBytes`) that is loaded instead of the whole; `outputs` is not looked at then. */
  part?: Uint8Array;
  /** ONNX Runtime's memory arena: faster runs with changing sizes, but the process keeps its peak. Off by default. */
  arena?: boolean;
  /** Records how long each node takes; the profile's file is this path with the time and `.json` behind it. */
  profile?: string;
}

/** Models up to this size are handed over as bytes; the weights of larger ones are mapped from their file. */
const wholeFileBytes = 256 * 1024 * 1024;

/**
 * Loads a model, or as much of it as the tensors that will be fetched need. They are to the last bit those of the whole model,
 * unless ONNX Runtime fuses another way where fewer nodes use a tensor: of a residual sum that only a LayerNormalization
 * takes it makes one kernel (SkipLayerNormalization), whose last bits differ.
 *
 * @throws UserError where a tensor is not in the model, or ONNX Runtime refuses the model
 */
export async function openSession(model: OnnxModel, options: SessionOptions): Promise<Session> {
  const name = path.basename(model.path);
  return openBytes(
    {
      name,
      bytes: options.part ?? (await bytesFor(name, model, options.outputs)),
      folder: path.dirname(path.resolve(model.path)),
      inputs: new Map(model.graph.inputs.map((input) => [input.name, input.shape])),
    },
    options,
  );
}

/** The model's bytes with these tensors as outputs, without the nodes and weights that they do not need. */
async function bytesFor(name: string, model: OnnxModel, outputs: readonly string[]): Promise<Uint8Array> {
  const part = outputs.length === 0 ? null : partBefore(model, outputs);
  checkRunnable(name, model, outputs, part?.nodes);
  return part ? partBytes(model, part, new Map()) : modelBytes(model, appendOutputs(model, outputs));
}

/** A model that lies in memory. */
export interface ModelBytes {
  /** For messages. */
  name: string;
  bytes: Uint8Array;
  /** Where files are that its weights refer to. */
  folder: string;
  /** The shapes of its inputs as it states them. */
  inputs: ReadonlyMap<string, SessionInput['shape']>;
}

/** Loads a model from its bytes. */
export async function openBytes(
  { name, bytes, folder, inputs }: ModelBytes,
  options: Omit<SessionOptions, 'outputs' | 'part'>,
): Promise<Session> {
  const ort = await loadRuntime();
  const wanted = options.provider ?? 'cpu';
  const notes: string[] = [];
  const fallBack = (): void => {
    notes.push(`The execution provider "${wanted}" can't be used here; running on the CPU.`);
  };
  const isBuiltIn = ort.listSupportedBackends().some(({ name: backend }) => backend === wanted);
  const provider = isBuiltIn ? wanted : 'cpu';
  if (!isBuiltIn) {
    fallBack();
  }
  const create = (providers: string[]): Promise<Ort.InferenceSession> =>
    ort.InferenceSession.create(bytes, {
      executionProviders: providers,
      intraOpNumThreads: options.threads ?? 0,
      enableCpuMemArena: options.arena ?? false,
      logSeverityLevel: fatalOnly,
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
      extra: { session: { model_external_initializers_file_folder_path: folder } },
    });
  let session: Ort.InferenceSession;
  let used = provider;
  try {
    session = await create(provider === 'cpu' ? ['cpu'] : [provider, 'cpu']);
  } catch (error) {
    if (provider === 'cpu') {
      throw openingRefused(name, error);
    }
    used = 'cpu';
    session = await create(['cpu']).catch((second: unknown) => {
      throw openingRefused(name, second);
    });
    fallBack();
  }
  return sessionOf(name, inputs, ort, session, used, notes);
}

function sessionOf(
  name: string,
  stated: ModelBytes['inputs'],
  ort: Runtime,
  session: Ort.InferenceSession,
  provider: string,
  notes: string[],
): Session {
  const inputs = session.inputMetadata.map((input) => ({
    name: input.name,
    type: input.isTensor ? input.type : 'not a tensor',
    shape: stated.get(input.name) ?? null,
  }));
  const outputs = session.outputMetadata.filter((output) => output.isTensor).map((output) => output.name);
  const fetchable = new Set(outputs);
  const types = new Map(session.outputMetadata.map((output) => [output.name, output.isTensor ? output.type : null]));
  return {
    model: name,
    inputs,
    statedShape: (input) => stated.get(input) ?? null,
    outputs,
    typeOf: (output) => types.get(output) ?? null,
    provider,
    notes,
    async run(feeds, fetch) {
      const missing = fetch.find((output) => !fetchable.has(output));
      if (missing !== undefined) {
        throw new UserError(`${name}: "${missing}" is not a tensor that this session gives`, {
          hint: 'sequences and maps have no activations',
          code: 'model/not-a-tensor',
        });
      }
      const converted: Record<string, Ort.Tensor> = {};
      for (const input of inputs) {
        const tensor = feeds[input.name];
        if (!tensor) {
          const want = input.shape ? `${input.type}, ${shapeText(input.shape)}` : input.type;
          throw new UserError(`${name}: nothing feeds the input "${input.name}" (${want})`, {
            hint: 'give it a value under "inputs" in the probe file',
            code: 'model/input-missing',
          });
        }
        checkShape(name, input, tensor.dims);
        const elements = convertElements(name, input, tensor);
        // Its constructor has one overload a type; all of them take (type, data, dims).
        const make = ort.Tensor as unknown as new (type: string, data: unknown, dims: readonly number[]) => Ort.Tensor;
        converted[input.name] = new make(input.type, elements, tensor.dims);
      }
      if (fetch.length === 0) {
        return {};
      }
      const results = await session
        .run(converted, [...fetch], { logSeverityLevel: fatalOnly })
        .catch((error: unknown) => {
          throw runFailed(name, error);
        });
      return Object.fromEntries(fetch.map((output) => [output, fromFetched(results[output])]));
    },
    endProfiling: () => session.endProfiling(),
    release: () => session.release(),
  };
}

type Runtime = typeof Ort;

/** ONNX Runtime's log level: what it has to say comes as errors, its warnings would go to the terminal. */
const fatalOnly = 4;

/** Loaded when first needed: reading a structure must not wait for it. */
async function loadRuntime(): Promise<Runtime> {
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'fatal';
  return ort;
}

/** The file's bytes followed by what is appended (more outputs, more nodes), in one buffer. */
export async function modelBytes(model: OnnxModel, appended: Uint8Array): Promise<Uint8Array> {
  if (model.size > wholeFileBytes) {
    return Buffer.concat([structureBytes(model), appended]);
  }
  const bytes = new Uint8Array(model.size + appended.length);
  const handle = await fs.open(model.path, 'r');
  try {
    let filled = 0;
    while (filled < model.size) {
      const { bytesRead } = await handle.read(bytes, filled, model.size - filled, filled);
      if (bytesRead === 0) {
        throw new UserError(`${path.basename(model.path)}: changed while it was read`, {
          hint: 'try again when it has been written',
          code: 'model/changed',
        });
      }
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
  bytes.set(appended, model.size);
  return bytes;
}

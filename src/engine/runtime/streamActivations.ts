import { UserError } from '../../shared/userError.js';
import type { ProbeSet } from '../probe/probeSet.js';
import { type LayerLayout, toActivationBatch } from './activationBatch.js';
import type { Session } from './session.js';
import type { ActivationBatch, Tensor } from './tensor.js';

export interface StreamedLayer extends LayerLayout {
  name: string;
}

export interface Stream {
  session: Session;
  probe: ProbeSet;
  layers: readonly StreamedLayer[];
  /** The first so many of the probe set's samples. */
  samples: number;
  /** Samples in one run; absent: as the model and memory allow. A model's fixed batch size always wins. */
  batch?: number;
  signal?: AbortSignal;
  /** In the probe set's order; each batch's values are the receiver's to keep. */
  onBatch(layer: string, batch: ActivationBatch): void;
  onProgress?(done: number, total: number): void;
}

/** Outputs of one run that are held at a time. */
const outputBytes = 64 * 1024 * 1024;
/** Milliseconds of work on a batch's layers after which messages are let through: one that cancels, above all. */
const longestBlock = 50;
/** Larger batches are not faster on a CPU. */
const mostSamples = 64;

/**
 * Runs the model over a probe set and hands on every batch of every layer. The first sample is run alone, to learn how
 * much one costs and what it gives; the batches that follow begin with that sample again. Where they do not give the
 * same for it (a graph that mixes samples, or whose first axis is not the batch), samples are run one at a time.
 *
 * @throws UserError where a feed does not fit or a node fails; the signal's reason where it aborts
 */
export async function streamActivations(stream: Stream): Promise<void> {
  const { session, probe, layers, samples, signal, onBatch, onProgress } = stream;
  const fetch = layers.map((layer) => layer.name);
  const fixed = fixedBatchOf(session, probe.input);
  signal?.throwIfAborted();
  if (samples === 0 || layers.length === 0) {
    return;
  }
  let batch = fixed ?? 1;
  let alone: Record<string, Tensor> | null = null;
  if (fixed === null) {
    alone = await session.run(await probe.batch(0, 1), fetch);
    batch = Math.max(1, Math.min(stream.batch ?? batchFor(alone), samples));
    if (batch === 1) {
      await handOn(alone, 0, 1, 1);
    }
  }
  let done = alone && batch === 1 ? 1 : 0;
  while (done < samples) {
    await pause();
    signal?.throwIfAborted();
    const count = Math.min(batch, samples - done);
    let outputs: Record<string, Tensor>;
    try {
      const feeds = await probe.batch(done, count);
      outputs = await session.run(fixed ? filledBatch(feeds, session, count, fixed) : feeds, fetch);
    } catch (error) {
      // A graph may fix the batch inside (a Reshape to 1 × ...) while its input does not say so.
      if (alone && done === 0 && count > 1 && error instanceof UserError) {
        batch = 1;
        continue;
      }
      throw error;
    }
    if (alone && done === 0 && count > 1 && !agrees(alone, outputs, count)) {
      batch = 1;
      continue;
    }
    signal?.throwIfAborted();
    await handOn(outputs, done, count, fixed ?? count);
    done += count;
  }

  async function handOn(outputs: Record<string, Tensor>, first: number, count: number, ran: number): Promise<void> {
    let paused = performance.now();
    for (const layer of layers) {
      if (performance.now() - paused > longestBlock) {
        await pause();
        signal?.throwIfAborted();
        paused = performance.now();
      }
      const tensor = outputs[layer.name];
      // A model that takes a fixed batch may still give one value for all of it.
      if (ran > 1 && tensor.dims[0] !== ran) {
        throw new UserError(
          `${session.model}: layer "${layer.name}" gives ${tensor.dims.join(' × ')} for a batch of ${ran} samples, so its values can't be told apart by sample`,
          { hint: 'choose another layer, or export the model with a batch size of 1', code: 'model/batch-mixed' },
        );
      }
      onBatch(layer.name, toActivationBatch(tensor, layer, first, count, ran));
    }
    onProgress?.(first + count, samples);
  }
}

/** The batch size that an input fixes; null where any will do, or where the input has no axes. */
export function fixedBatchOf(session: Session, input: string): number | null {
  const first = session.statedShape(input)?.[0];
  return typeof first === 'number' && first > 0 ? first : null;
}

/** As many samples as keep the fetched outputs within bounds. */
function batchFor(one: Record<string, Tensor>): number {
  const bytes = Object.values(one).reduce((sum, { data }) => sum + data.length * 4, 0);
  return Math.max(1, Math.min(mostSamples, Math.floor(outputBytes / Math.max(bytes, 1))));
}

/** The last samples of a fixed batch, repeated until the batch is full. Inputs that are not per sample stay. */
export function filledBatch(
  feeds: Record<string, Tensor>,
  session: Session,
  count: number,
  batch: number,
): Record<string, Tensor> {
  if (count === batch) {
    return feeds;
  }
  const full: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(feeds)) {
    const wants = session.inputs.find((input) => input.name === name)?.shape?.[0];
    full[name] = tensor.dims[0] === count && wants === batch ? repeated(tensor, count, batch) : tensor;
  }
  return full;
}

function repeated(tensor: Tensor, count: number, batch: number): Tensor {
  const size = tensor.data.length / count;
  const dims = [batch, ...tensor.dims.slice(1)];
  if (Array.isArray(tensor.data)) {
    const data = tensor.data;
    return {
      ...tensor,
      dims,
      data: Array.from({ length: batch * size }, (_, i) => data[Math.min(i, data.length - size + (i % size))]),
    };
  }
  const make = tensor.data.constructor as new (length: number) => Float32Array;
  const data = new make(batch * size);
  const source = tensor.data as Float32Array;
  data.set(source);
  const last = source.subarray((count - 1) * size);
  for (let sample = count; sample < batch; sample++) {
    data.set(last, sample * size);
  }
  return { ...tensor, dims, data };
}

/**
 * Whether a batch gives for its first sample what that sample gave alone, up to rounding: the mean difference may be a
 * hundredth of the mean magnitude (quantised layers move by single steps).
 */
export function agrees(alone: Record<string, Tensor>, together: Record<string, Tensor>, count: number): boolean {
  return Object.entries(alone).every(([name, one]) => {
    const many = together[name];
    if (
      one.dims.length === 0 ||
      one.dims[0] !== 1 ||
      many.dims[0] !== count ||
      many.data.length !== one.data.length * count
    ) {
      return false;
    }
    let magnitude = 0;
    let difference = 0;
    for (let i = 0; i < one.data.length; i++) {
      const a = Number(one.data[i]);
      const b = Number(many.data[i]);
      if (Number.isFinite(a) && Number.isFinite(b)) {
        magnitude += Math.abs(a);
        difference += Math.abs(a - b);
      } else if (!Object.is(a, b)) {
        return false;
      }
    }
    return difference <= magnitude * 0.01;
  });
}

/** Lets messages through: a run blocks the thread. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

import { UserError } from '../../shared/userError.js';
import type { ProbeSet } from '../probe/index.js';
import { agrees, filledBatch, fixedBatchOf, type Session } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';

/** One batch as it was run. */
export interface RunBatch {
  first: number;
  samples: number;
  /** Samples that were run: more than `samples` where a fixed batch was filled up. */
  ran: number;
  feeds: Record<string, Tensor>;
  outputs: Record<string, Tensor>;
}

/** Values that the compared tensors of one batch have together, and those that feed the model: a run can't be stopped. */
const batchValues = 2 ** 20;
const batchInputs = 2 ** 19;
const mostSamples = 256;

/**
 * Runs a session over samples in batches as large as is good for it. As in `streamActivations`: where a batch does not
 * give for its first sample what that sample gives alone, samples are run one at a time.
 *
 * @param compared tensors whose first axis is the sample, and which decide how large a batch is
 * @throws UserError where a fixed batch can't be told apart by sample; the signal's reason where it aborts
 */
export async function* eachBatch(
  session: Session,
  probe: Pick<ProbeSet, 'input' | 'samples' | 'batch'>,
  fetch: readonly string[],
  compared: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<RunBatch, void, undefined> {
  const { samples } = probe;
  const fixed = fixedBatchOf(session, probe.input);
  let size = fixed ?? 1;
  let alone: Record<string, Tensor> | null = null;
  if (fixed === null && samples > 1) {
    const one = await probe.batch(0, 1);
    alone = pick(await session.run(one, fetch), compared);
    const values = Object.values(alone).reduce((sum, { data }) => sum + data.length, 0);
    const fitting = Math.min(
      batchValues / Math.max(values, 1),
      batchInputs / Math.max(one[probe.input].data.length, 1),
    );
    size = Math.max(1, Math.min(mostSamples, samples, Math.floor(fitting)));
  }
  for (let first = 0; first < samples;) {
    await new Promise(setImmediate);
    signal.throwIfAborted();
    const count = Math.min(size, samples - first);
    const own = await probe.batch(first, count);
    const feeds = fixed === null ? own : filledBatch(own, session, count, fixed);
    let outputs: Record<string, Tensor>;
    try {
      outputs = await session.run(feeds, fetch);
    } catch (error) {
      // A graph may fix the batch inside while its input does not say so.
      if (!alone || first > 0 || count === 1 || !(error instanceof UserError)) throw error;
      size = 1;
      continue;
    }
    if (alone && first === 0 && count > 1 && !agrees(alone, pick(outputs, compared), count)) {
      size = 1;
      continue;
    }
    const ran = fixed ?? count;
    const mixed = compared.find((name) => ran > 1 && outputs[name].dims[0] !== ran);
    if (mixed !== undefined) {
      throw new UserError(
        `${session.model}: "${mixed}" gives ${outputs[mixed].dims.join(' × ')} for a batch of ${ran} samples, so its values can't be told apart by sample`,
        { hint: 'choose another layer, or export the model with a batch size of 1', code: 'model/batch-mixed' },
      );
    }
    yield { first, samples: count, ran, feeds, outputs };
    first += count;
  }
}

const pick = (tensors: Record<string, Tensor>, names: readonly string[]): Record<string, Tensor> =>
  Object.fromEntries(names.map((name) => [name, tensors[name]]));

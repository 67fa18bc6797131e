import { UserError } from '../../shared/userError.js';
import { dependents, inferFacts, partFrom } from '../onnx/index.js';
import { agrees, type Session, type Tensor } from '../runtime/index.js';
import type { Chunk } from './chunk.js';
import { repeatedSample, sampleElements } from './inputBatch.js';

/** A way to the scores of many variants of one sample. */
export interface RunScores {
  session: Session;
  /** Variants in one run. */
  batch: number;
  /** What has to be fed beside the variants, for that many of them. */
  others(count: number): Record<string, Tensor>;
}

/**
 * The model from its inputs to the scores, for as many variants of a sample as asked for, also where the file fixes its
 * batch; one at a time, where it gives other scores for several.
 */
export async function batchedModel(chunk: Chunk, sample: number, most: number): Promise<RunScores> {
  return (await partOf(chunk, sample, chunk.feeds, most, () => false, null)) ?? refuse(chunk.input);
}

/**
 * What follows a tensor, up to the scores. Other tensors that it needs and that do not depend on this one are computed
 * once and fed.
 */
export async function modelBehind(
  chunk: Chunk,
  sample: number,
  name: string,
  tensor: Tensor,
  most: number,
): Promise<RunScores> {
  const { runs, feeds, scores } = chunk;
  const { model } = runs;
  const behind = dependents(model, name);
  if (!behind.has(scores.tensor)) {
    throw new UserError(`"${scores.tensor}" does not depend on the layer "${name}"`, {
      hint: 'choose a layer between the input and that output',
      code: 'map/no-path',
    });
  }
  const facts = inferFacts(model);
  // Only tensors with a batch axis can be fed for many at once; sizes and the like are computed again.
  const others = (other: string): boolean =>
    !behind.has(other) && !facts.get(other)?.values && (facts.get(other)?.shape?.length ?? 0) > 2;
  const known: Record<string, Tensor> = { ...feeds, [name]: tensor };
  return (
    (await partOf(chunk, sample, known, most, (other) => other === name || others(other), name)) ??
    (await partOf(chunk, sample, known, most, (other) => other === name, name)) ??
    refuse(name)
  );
}

/** @returns null where the part does not give the scores that the whole model gave */
async function partOf(
  chunk: Chunk,
  sample: number,
  known: Record<string, Tensor>,
  most: number,
  isCut: (tensor: string) => boolean,
  varied: string | null,
): Promise<RunScores | null> {
  const { runs, feeds, batch, scores } = chunk;
  const part = partFrom(runs.model, [scores.tensor], isCut);
  const computed = part.cut.filter((input) => !(input in known));
  if (computed.length > 0) {
    const session = await runs.session(computed);
    try {
      known = { ...known, ...(await session.run(feeds, computed)) };
    } finally {
      await session.release();
    }
  }
  const one = repeatedSample(pick(known, part.cut), batch, sample, 1);
  const types = new Map(
    part.cut.map((input) => {
      const stated = runs.model.graph.values.get(input)?.type;
      return [input, { type: stated || typeNames[one[input].type] || one[input].type, rank: one[input].dims.length }];
    }),
  );
  const rest = part.cut.filter((input) => input !== varied);
  const session = await runs.part(part, types);
  const fetch = [scores.tensor];
  try {
    const alone = await session.run(one, fetch);
    const whole = sampleElements(chunk.values[scores.tensor], batch, sample);
    if (
      !agrees(
        { scores: { ...alone[scores.tensor], dims: [1], data: whole } },
        { scores: { ...alone[scores.tensor], dims: [1] } },
        1,
      )
    ) {
      await session.release();
      return null;
    }
    const together = await session.run(repeatedSample(one, 1, 0, 2), fetch).catch((error: unknown) => {
      // A graph may fix its batch inside, by a Reshape to 1 × ...
      if (error instanceof UserError) return null;
      throw error;
    });
    return {
      session,
      batch: together && agrees(alone, together, 2) ? most : 1,
      others: (count) => repeatedSample(pick(known, rest), batch, sample, count),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function refuse(name: string): never {
  throw new UserError(`what follows the layer "${name}" can't be run by itself`, {
    hint: 'take a method with gradients, such as gradcam',
    code: 'map/no-part',
  });
}

/** ONNX's names of element types that a session calls otherwise. */
const typeNames: Record<string, string> = { float32: 'float', float64: 'double' };

const pick = (tensors: Record<string, Tensor>, names: readonly string[]): Record<string, Tensor> =>
  Object.fromEntries(names.map((name) => [name, tensors[name]]));

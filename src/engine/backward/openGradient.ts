import type { OnnxModel } from '../onnx/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { type GradientPlan, type GradientTask, isBranch, planFor, type Seeds } from './gradientPlan.js';
import { inlined } from './inline.js';
import { type KeptInUse, keptInUse } from './keptInUse.js';
import { type OneSession, openOneSession } from './oneSession.js';
import { nodesBetween, type RuleOf } from './path.js';
import type { RuleTable } from './rule.js';
import { gradientRules, ruleOf } from './rules/index.js';
import { openTwoSessions, type TwoSessions } from './twoSessions.js';

export type { Seeds } from './gradientPlan.js';

export interface GradientRequest {
  /** Tensors that the score is a weighted sum of: the model's outputs or any others. */
  targets: readonly string[];
  /** Tensors to differentiate by: layers or inputs. */
  wrt: readonly string[];
  /** More tensors to hand out with each pass. */
  fetch?: readonly string[];
}

export interface GradientOptions {
  /** Rules that take the place of the gradient's own, by operator (`com.microsoft.Gelu` for other domains). */
  rules?: RuleTable;
  /** A rule for one node, before `rules`: the first layer's own, say. */
  ruleOf?: RuleOf;
  /** Null: ONNX Runtime chooses. */
  threads?: number | null;
  provider?: string;
}

/** A model that can be differentiated. Runs block the thread that calls them. */
export interface Gradient {
  targets: readonly string[];
  wrt: readonly string[];
  /** The targets' dimensions for inputs of these sizes; nothing is run. */
  targetDims(feeds: Record<string, Tensor>): Promise<Record<string, readonly number[]>>;
  /** Runs the model once; any number of scores can then be differentiated. */
  forward(feeds: Record<string, Tensor>): Promise<ForwardPass>;
  /** Forward and backward of one score; together, and so faster, where its seeds do not depend on the values. */
  run(
    feeds: Record<string, Tensor>,
    seeds: Seeds | ((values: Record<string, Tensor>) => Seeds),
  ): Promise<{ values: Record<string, Tensor>; gradients: Record<string, Tensor> }>;
  release(): Promise<void>;
}

export interface ForwardPass {
  /** The targets, the tensors to differentiate by, and what `fetch` named. */
  values: Record<string, Tensor>;
  /**
   * The gradient of Σ seed × target by each tensor, in its shape, as float32.
   *
   * @param seeds by target, in its shape: what each element counts in the score. Targets left out count nothing.
   */
  backward(seeds: Seeds): Promise<Record<string, Tensor>>;
}

/** Sessions for this many different sizes of the inputs are kept. */
const keptSizes = 3;

/** What has been opened for inputs of one size. */
interface Sized {
  plan: GradientPlan;
  one: Promise<OneSession | null> | null;
  two: Promise<TwoSessions> | null;
}

/**
 * Opens a model for gradients. What runs is made at the first run, for the sizes of its inputs, and kept.
 *
 * @throws UserError where a tensor is not in the model, no gradient leads to it, or an operator between has no rule
 */
export function openGradient(
  model: OnnxModel,
  { targets, wrt, fetch = [] }: GradientRequest,
  options: GradientOptions = {},
): Gradient {
  const task: GradientTask = {
    model,
    targets,
    wrt,
    wanted: [...new Set([...targets, ...wrt, ...fetch])],
    ruleOf: ruleOf({ ...gradientRules, ...options.rules }, options.ruleOf),
    session: { threads: options.threads, provider: options.provider },
  };
  nodesBetween(inlined(model, null).model, targets, wrt, task.ruleOf, isBranch);
  const opened: KeptInUse<Sized> = keptInUse(keptSizes, releaseSized);
  const withSized = <R>(feeds: Record<string, Tensor>, work: (sized: Sized) => Promise<R>): Promise<R> =>
    opened.use(
      JSON.stringify(model.graph.inputs.map(({ name }) => [name, feeds[name]?.dims])),
      async () => ({ plan: await planFor(task, feeds), one: null, two: null }),
      work,
    );
  // What could not be opened is tried again.
  const twoOf = (sized: Sized): Promise<TwoSessions> =>
    (sized.two ??= openTwoSessions(sized.plan).catch((error: unknown) => {
      sized.two = null;
      throw error;
    }));
  const oneOf = (sized: Sized): Promise<OneSession | null> =>
    (sized.one ??= openOneSession(sized.plan).catch((error: unknown) => {
      sized.one = null;
      throw error;
    }));

  const gradient: Gradient = {
    targets,
    wrt,
    targetDims: (feeds) =>
      withSized(feeds, async ({ plan: { facts } }) =>
        Object.fromEntries(targets.map((target) => [target, facts.get(target)!.shape as number[]])),
      ),
    async forward(feeds) {
      const values = await withSized(feeds, async (sized) => (await twoOf(sized)).forward(feeds));
      return {
        values: Object.fromEntries(task.wanted.map((name) => [name, values[name]])),
        // Its sessions may have gone since: they are opened again.
        backward: (seeds) => withSized(values, async (sized) => (await twoOf(sized)).backward(values, seeds)),
      };
    },
    async run(feeds, seeds) {
      if (typeof seeds !== 'function') {
        const found = await withSized(feeds, async (sized) => (await oneOf(sized))?.run(feeds, seeds));
        if (found) return found;
      }
      const pass = await gradient.forward(feeds);
      const given = typeof seeds === 'function' ? seeds(pass.values) : seeds;
      return { values: pass.values, gradients: await pass.backward(given) };
    },
    release: () => opened.release(),
  };
  return gradient;
}

async function releaseSized({ one, two }: Sized): Promise<void> {
  await (await one?.catch(() => null))?.release();
  await (await two?.catch(() => null))?.release();
}

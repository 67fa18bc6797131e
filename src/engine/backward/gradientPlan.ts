import type { Node, OnnxModel } from '../onnx/index.js';
import type { Fact } from '../onnx/shape/index.js';
import { type ModelBytes, type SessionOptions, shapeText } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { UserError } from '../../shared/userError.js';
import { forwardBytes } from './forwardBytes.js';
import type { InlinedModel } from './inline.js';
import { nodesBetween, type RuleOf, type Way } from './path.js';
import { sizesOf, withoutBranches } from './shapes.js';

/** What is differentiated, whatever the sizes of the inputs. */
export interface GradientTask {
  model: OnnxModel;
  targets: readonly string[];
  wrt: readonly string[];
  /** Tensors that each run hands out: the targets, those to differentiate by, and more. */
  wanted: readonly string[];
  ruleOf: RuleOf;
  session: Pick<SessionOptions, 'threads' | 'provider'>;
}

/** For inputs of given sizes: the graph without calls and branches, the nodes on the way, and all sizes. */
export interface GradientPlan extends GradientTask {
  called: InlinedModel;
  /** The bytes of that model. */
  base: ModelBytes;
  graph: OnnxModel;
  way: Way;
  facts: ReadonlyMap<string, Fact>;
}

export async function planFor(task: GradientTask, feeds: Record<string, Tensor>): Promise<GradientPlan> {
  const { model, targets, wrt, wanted, ruleOf, session } = task;
  const called = await withoutBranches(model, feeds, session);
  const base = await forwardBytes(model, called, null, wanted);
  const graph = called.model;
  const way = nodesBetween(graph, targets, wrt, ruleOf);
  return { ...task, called, base, graph, way, facts: await sizesOf(base, graph, way.nodes, ruleOf, feeds, session) };
}

/** An `If`: before the sizes of the inputs are known, it is not known what it does. */
export const isBranch = (node: Node): boolean => node.op === 'If' && node.domain === '';

export type Seeds = Readonly<Record<string, Float32Array>>;

/** Where a gradient graph takes what each target counts: by target, the name of its input and its dimensions. */
export type SeedInputs = ReadonlyMap<string, { input: string; dims: readonly number[] }>;

/**
 * What is fed for the seeds; targets without one count nothing.
 *
 * @throws UserError where a seed has another size than its target
 */
export function seedFeeds(inputs: SeedInputs, seeds: Seeds): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const [target, { input, dims }] of inputs) {
    feeds[input] = { type: 'float32', dims, data: checkedSeed(target, dims, seeds[target]) };
  }
  return feeds;
}

function checkedSeed(target: string, dims: readonly number[], seed: Float32Array | undefined): Float32Array {
  const count = dims.reduce((all, dim) => all * dim, 1);
  if (!seed) return new Float32Array(count);
  if (seed.length !== count) {
    throw new UserError(`the weights of "${target}" are ${seed.length}, and it is ${shapeText(dims)}`, {
      hint: 'give one weight for each of its elements',
      code: 'gradient/seed',
    });
  }
  return seed;
}

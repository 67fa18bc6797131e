import { UserError } from '../../shared/userError.js';
import { indexOf } from '../onnx/graphIndex.js';
import { appendOutputs, type Node, type OnnxModel } from '../onnx/index.js';
import { checkRunnable, type Session, openBytes, shapeText } from '../runtime/index.js';
import type { Tensor, TensorData } from '../runtime/tensor.js';
import { differentiate } from './differentiate.js';
import { type DataType, dataTypes, modelBytes } from './emit/modelBytes.js';
import { forwardBytes } from './forwardBytes.js';
import { inlined } from './inline.js';
import { keptInUse } from './keptInUse.js';
import { nodesBetween, type RuleOf } from './path.js';
import type { RuleTable } from './rule.js';
import { gradientRules, ruleOf } from './rules/index.js';
import { sizesOf, withoutBranches } from './shapes.js';
import { type Weight, weightOf } from './weights.js';

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
  /** Runs the model once; any number of scores can then be differentiated. */
  forward(feeds: Record<string, Tensor>): Promise<ForwardPass>;
  /** Forward and backward of one score. */
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

export type Seeds = Readonly<Record<string, Float32Array>>;

/** Sessions for this many different sizes of the inputs are kept. */
const keptSizes = 3;

interface Compiled {
  forward: Session;
  backward: Session;
  /** Tensors that the forward model hands to the backward model. */
  saved: readonly string[];
  /** By target: its input of the backward model and its dimensions. */
  seeds: ReadonlyMap<string, { input: string; dims: readonly number[] }>;
  /** By tensor to differentiate by: the output of the backward model. */
  gradients: ReadonlyMap<string, string>;
  /** What the run computed that was needed to build it, until it is used. */
  first: Record<string, Tensor> | null;
}

/**
 * Opens a model for gradients: the forward model is the model with more outputs, the backward model an ONNX model built
 * here that takes what the forward one has computed. Both are made at the first run, for the sizes of its inputs, and
 * kept.
 *
 * @throws UserError where a tensor is not in the model, no gradient leads to it, or an operator between has no rule
 */
export function openGradient(
  model: OnnxModel,
  { targets, wrt, fetch = [] }: GradientRequest,
  options: GradientOptions = {},
): Gradient {
  const rule = ruleOf({ ...gradientRules, ...options.rules }, options.ruleOf);
  const isOpen = (node: Node): boolean => node.op === 'If' && node.domain === '';
  nodesBetween(inlined(model, null).model, targets, wrt, rule, isOpen);
  const inputs = new Set(model.graph.inputs.map((input) => input.name));
  const session = { threads: options.threads, provider: options.provider };
  const compiled = keptInUse(keptSizes, releaseBoth);
  const wanted = [...new Set([...targets, ...wrt, ...fetch])];

  /** The graph without calls, the nodes on the way and all sizes, for inputs of these sizes. */
  async function laidOut(feeds: Record<string, Tensor>) {
    const called = await withoutBranches(model, feeds, session);
    const base = await forwardBytes(model, called);
    const graph = called.model;
    const way = nodesBetween(graph, targets, wrt, rule);
    return { base, graph, way, facts: await sizesOf(base, graph, way.nodes, rule, feeds, session) };
  }

  async function compile(feeds: Record<string, Tensor>): Promise<Compiled> {
    const { base, graph, way, facts } = await laidOut(feeds);
    const weights = await weightsOf(
      graph,
      way.nodes.flatMap((node) => node.inputs),
    );
    const made = differentiate({ model: graph, targets, wrt, way, ruleOf: rule, facts, weights });
    const outputs = new Map([...made.gradients].map(([name, value], i) => [`gradient${i}`, { name, value }]));
    const results = new Map([...outputs].map(([output, { value }]) => [output, value]));
    // Of what the rules asked for, what is left when the nodes that nobody needs are gone.
    const needed = new Set(made.g.finish(results, () => 'float32').inputs.map(({ name }) => name));
    const saved = made.saved.filter((name) => needed.has(name));
    const constants = saved.filter((name) => facts.get(name)?.constant);
    const computed = [...new Set([...wanted, ...saved])].filter((name) => indexOf(graph).producer.has(name));
    checkRunnable(base.name, graph, computed);
    const bytes = Buffer.concat([base.bytes, appendOutputs(graph, computed)]);
    const forward = await openBytes({ ...base, bytes }, session);
    try {
      // One run tells the types, and what is the same at every run.
      const first = await forward.run(feeds, computed);
      const values: Record<string, Tensor> = { ...feeds, ...first };
      const written = made.g.finish(
        results,
        (name) => (name in values ? backwardType(values[name]) : 'float32'),
        new Map(constants.map((name) => [name, bytesOf(values[name])])),
      );
      const backward = await openBytes(
        {
          name: `the gradient of ${base.name}`,
          bytes: modelBytes(written, made.g.domains),
          folder: base.folder,
          inputs: new Map(written.inputs.map(({ name, dims }) => [name, dims])),
        },
        session,
      );
      return {
        forward,
        backward,
        saved: saved.filter((name) => !constants.includes(name)),
        seeds: new Map([...made.seeds].map(([target, input]) => [target, { input, dims: made.g.dims(input) }])),
        gradients: new Map([...outputs].map(([output, { name }]) => [name, output])),
        first,
      };
    } catch (error) {
      await forward.release();
      throw error;
    }
  }

  const keyOf = (feeds: Record<string, Tensor>): string =>
    JSON.stringify(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));

  const gradient: Gradient = {
    targets,
    wrt,
    async forward(feeds) {
      const key = keyOf(feeds);
      const values = await compiled.use(
        key,
        () => compile(feeds),
        async (ready, isNew): Promise<Record<string, Tensor>> => {
          const fetched = [...new Set([...wanted, ...ready.saved])].filter((name) => !inputs.has(name));
          const computed = isNew && ready.first ? ready.first : await ready.forward.run(feeds, fetched);
          ready.first = null;
          return { ...feeds, ...computed };
        },
      );
      return {
        values: Object.fromEntries(wanted.map((name) => [name, values[name]])),
        // Its sessions may have gone since: they are opened again.
        backward: (seeds) =>
          compiled.use(
            key,
            () => compile(feeds),
            async (ready) => {
              ready.first = null;
              const given: Record<string, Tensor> = {};
              for (const [target, { input, dims }] of ready.seeds) {
                given[input] = { type: 'float32', dims, data: checkedSeed(target, dims, seeds[target]) };
              }
              ready.saved.forEach((name) => (given[name] = values[name]));
              const results = await ready.backward.run(given, [...ready.gradients.values()]);
              return Object.fromEntries([...ready.gradients].map(([name, output]) => [name, results[output]]));
            },
          ),
      };
    },
    async run(feeds, seeds) {
      const pass = await gradient.forward(feeds);
      const given = typeof seeds === 'function' ? seeds(pass.values) : seeds;
      return { values: pass.values, gradients: await pass.backward(given) };
    },
    release: () => compiled.release(),
  };
  return gradient;
}

async function releaseBoth({ forward, backward }: Compiled): Promise<void> {
  await forward.release();
  await backward.release();
}

async function weightsOf(model: OnnxModel, names: readonly string[]): Promise<Map<string, Weight>> {
  const index = indexOf(model);
  const weights = new Map<string, Weight>();
  for (const name of new Set(names)) {
    const constant = index.constant(name);
    if (constant && constant.type !== 'string') weights.set(name, await weightOf(model, constant));
  }
  return weights;
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

/** Fractions are float32 in the backward model whatever they are in the model. */
const backwardType = ({ type }: Tensor): DataType =>
  type === 'float64' || !(type in dataTypes) ? 'float32' : (type as DataType);

function bytesOf({ type, data }: Tensor): Uint8Array {
  const array = type === 'float64' ? Float32Array.from(data as Float64Array) : (data as Exclude<TensorData, string[]>);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

import { indexOf } from '../onnx/graphIndex.js';
import { appendOutputs, type OnnxModel, partBefore } from '../onnx/index.js';
import { checkRunnable, type ModelBytes, openBytes } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { differentiate, type GradientGraph } from './differentiate.js';
import { emittedSince } from './emit/emittedSince.js';
import { appendedBytes } from './emit/modelBytes.js';
import { forwardBytes } from './forwardBytes.js';
import { type GradientPlan, seedFeeds, type Seeds } from './gradientPlan.js';
import { raised } from './raise/index.js';

/** Forward and backward in one run, for a score that is known before it. */
export interface OneSession {
  run(
    feeds: Record<string, Tensor>,
    seeds: Seeds,
  ): Promise<{ values: Record<string, Tensor>; gradients: Record<string, Tensor> }>;
  release(): Promise<void>;
}

/**
 * The model with the backward graph appended: what the forward nodes compute never leaves ONNX Runtime, so that it keeps
 * its fusions and its own layout of channels from one end to the other. A graph of an operator set in which an emitted node
 * means something else is raised to a newer one. Null where that can't be: what a node means in the newer one is not
 * certain, or the graph computes with other fractions than float32, which are widened on their way between two sessions.
 */
export async function openOneSession(plan: GradientPlan): Promise<OneSession | null> {
  const { graph, way, facts, targets, wrt, wanted, ruleOf, session } = plan;
  if (!computesInFloat32(graph)) return null;
  const made = differentiate({ model: graph, targets, wrt, way, ruleOf, facts, weights: new Map() });
  const outputs = new Map([...made.gradients].map(([name, value], i) => [made.named(`gradient${i}`), { name, value }]));
  const results = new Map([...outputs].map(([output, { value }]) => [output, value]));
  const written = made.g.finish(results, () => 'float32');
  const opset = emittedSince(written.nodes);
  const isOlder = opset > (graph.opsets.get('') ?? 0);
  const base = isOlder ? await raisedBytes(plan, made, opset) : plan.base;
  if (!base) return null;
  const fed = new Set(made.seeds.values());
  const inputs = written.inputs.filter(({ name }) => fed.has(name));
  const seeds = new Map(
    [...made.seeds]
      .filter(([, input]) => inputs.some(({ name }) => name === input))
      .map(([target, input]) => [target, { input, dims: made.g.dims(input) }]),
  );
  const computed = wanted.filter((name) => indexOf(graph).producer.has(name));
  checkRunnable(base.name, graph, computed);
  const domains = [...made.g.domains].filter((domain) => domain !== '' && !graph.opsets.has(domain));
  const bytes = Buffer.concat([
    base.bytes,
    appendOutputs(graph, computed),
    appendedBytes({ ...written, inputs }, domains),
  ]);
  const stated = new Map([...base.inputs, ...inputs.map(({ name, dims }) => [name, dims] as const)]);
  // Its memory is kept from run to run: without that a third of the time goes into getting pages anew.
  const opened = await openBytes({ ...base, bytes, inputs: stated }, { ...session, arena: true }).catch(
    (error: unknown) => {
      // ONNX Runtime need not have in the newer set what it has in the model's own.
      if (isOlder) return null;
      throw error;
    },
  );
  if (!opened) return null;
  return {
    async run(feeds, given) {
      const found = await opened.run({ ...feeds, ...seedFeeds(seeds, given) }, [...computed, ...outputs.keys()]);
      const values: Record<string, Tensor> = { ...feeds, ...found };
      return {
        values: Object.fromEntries(wanted.map((name) => [name, values[name]])),
        gradients: Object.fromEntries([...outputs].map(([output, { name }]) => [name, found[output]])),
      };
    },
    release: () => opened.release(),
  };
}

/** The forward graph in a newer operator set; null where what is run of it can't be raised. */
async function raisedBytes(
  { model, called, graph, facts, wanted }: GradientPlan,
  { saved, named }: GradientGraph,
  opset: number,
): Promise<ModelBytes | null> {
  // What is behind the wanted tensors is left out of the bytes, unless functions or branches stand in the graph.
  const nodes = called.replaced.size === 0 ? partBefore(graph, wanted)?.nodes : undefined;
  const forward = raised({ model: graph, nodes, opset, facts, wanted: new Set([...wanted, ...saved]), named });
  return forward && forwardBytes(model, called, forward, wanted);
}

const otherFractions = new Set(['float16', 'bfloat16', 'double']);
/** TensorProto.DataType of the same. */
const otherFractionNumbers = new Set([10, 11, 16]);

/** Whether no tensor holds fractions other than float32: none is fed or stored, and no attribute asks for one. */
function computesInFloat32({ graph }: OnnxModel): boolean {
  const stated = [...graph.inputs, ...graph.values.values(), ...graph.initializers.values()];
  return (
    !stated.some(({ type }) => type !== null && otherFractions.has(type)) &&
    !graph.nodes.some((node) =>
      [...node.attributes].some(([name, value]) =>
        value.type === 'tensor'
          ? otherFractions.has(value.value.type)
          : /^(to|dtype|output_dtype)$/.test(name) && value.type === 'int' && otherFractionNumbers.has(value.value),
      ),
    )
  );
}

import { indexOf, usedBy } from '../onnx/graphIndex.js';
import { appendOutputs, type Node, type OnnxModel } from '../onnx/index.js';
import { type Fact, inferFactsOf, isNumber } from '../onnx/shape/index.js';
import { type ModelBytes, openBytes, type SessionOptions } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { nodeBytes, plainNode } from './emit/modelBytes.js';
import { bytesField } from './emit/protobuf.js';
import { forwardBytes } from './forwardBytes.js';
import { inlined, type InlinedModel } from './inline.js';
import { differentiable, type RuleOf } from './path.js';

/** Tensors of more elements are no sizes, axes or scales. */
const mostValues = 1024;

/**
 * The size of every tensor at the nodes on the way, for inputs of given sizes, and the elements of the small tensors
 * (axes, pads, scales) that follow from sizes alone. Both are inferred, and where that does not get there, asked of ONNX
 * Runtime in one run of the model with `Shape` nodes appended.
 */
export async function sizesOf(
  model: ModelBytes,
  graph: OnnxModel,
  nodes: readonly Node[],
  ruleOf: RuleOf,
  feeds: Record<string, Tensor>,
  options: Options,
): Promise<Map<string, Fact>> {
  const facts = inferFactsOf(graph, new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims])));
  const { producer } = indexOf(graph);
  const isComputed = (name: string): boolean => name !== '' && producer.has(name);
  const sizes = new Set(
    nodes
      .flatMap((node) => [...node.inputs, ...node.outputs])
      .filter((name) => isComputed(name) && !facts.get(name)?.shape?.every(isNumber)),
  );
  const follows = followsFromSizes(graph);
  const values = new Set(
    nodes.flatMap((node) => {
      const by = new Set(differentiable(node, ruleOf(node)));
      return node.inputs.filter((name, i) => {
        const fact = facts.get(name);
        const isSmall = !fact?.shape?.every(isNumber) || product(fact.shape) <= mostValues;
        // ONNX Runtime 1.30 can't hand out a Range.
        const isKnown = fact?.values?.every(isNumber) === true || producer.get(name)?.op === 'Range';
        return isComputed(name) && !by.has(i) && isSmall && !isKnown && follows(name);
      });
    }),
  );
  await ask(model, graph, { sizes, values }, facts, feeds, options);
  return facts;
}

type Options = Pick<SessionOptions, 'threads' | 'provider'>;

/**
 * The graph with the branches that are taken for inputs of these sizes: conditions are inferred or, where that does not
 * get there, asked of ONNX Runtime. Those that depend on more than sizes stay.
 */
export async function withoutBranches(
  model: OnnxModel,
  feeds: Record<string, Tensor>,
  options: Options,
): Promise<InlinedModel> {
  const sizes = new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  const facts = inferFactsOf(model, sizes);
  const tried = new Set<string>();
  for (;;) {
    const called = inlined(model, facts);
    const graph = called.model;
    const follows = followsFromSizes(graph);
    const known = inferFactsOf(graph, sizes);
    const conditions = graph.graph.nodes
      .filter((node) => node.op === 'If' && node.domain === '')
      .map((node) => node.inputs[0])
      .filter(
        (name) => !tried.has(name) && !isKnown(facts.get(name)) && indexOf(graph).producer.has(name) && follows(name),
      );
    if (conditions.length === 0) return called;
    conditions.forEach((name) => {
      tried.add(name);
      facts.set(name, known.get(name) ?? { shape: null });
    });
    const open = new Set(conditions.filter((name) => !isKnown(facts.get(name))));
    await ask(await forwardBytes(model, called), graph, { sizes: new Set(), values: open }, facts, feeds, options);
  }
}

const isKnown = (fact: Fact | undefined): boolean => fact?.values?.every(isNumber) === true;

/** Adds sizes and values of tensors to the facts, in one run. */
async function ask(
  model: ModelBytes,
  graph: OnnxModel,
  { sizes, values }: { sizes: ReadonlySet<string>; values: ReadonlySet<string> },
  facts: Map<string, Fact>,
  feeds: Record<string, Tensor>,
  options: Options,
): Promise<void> {
  if (sizes.size + values.size === 0) return;
  const asked = [...sizes].map((name, i) => ({ name, output: `~size${i}` }));
  const shapeNodes = asked.map(({ name, output }) => bytesField(1, nodeBytes(plainNode('Shape', name, output))));
  const outputs = [...asked.map(({ output }) => output), ...values];
  const bytes = Buffer.concat([model.bytes, bytesField(7, ...shapeNodes), appendOutputs(graph, outputs)]);
  const session = await openBytes({ ...model, bytes }, options);
  try {
    const found = await session.run(feeds, outputs);
    for (const { name, output } of asked) {
      facts.set(name, { ...facts.get(name), shape: numbersOf(found[output]) });
    }
    for (const name of values) {
      if (found[name].type !== 'string' && found[name].data.length <= mostValues) {
        facts.set(name, { ...facts.get(name), shape: found[name].dims, values: numbersOf(found[name]) });
      }
    }
  } finally {
    await session.release();
  }
}

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
const numbersOf = ({ data }: Tensor): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

/** Whether a tensor is the same for all inputs of one size: made from constants and the sizes of others. */
function followsFromSizes(model: OnnxModel): (name: string) => boolean {
  const { producer } = indexOf(model);
  const known = new Map<string, boolean>();
  for (const name of model.graph.initializers.keys()) known.set(name, true);
  for (const node of indexOf(model).sorted) {
    const isRandom = /^Random|^Bernoulli$|^Multinomial$/.test(node.op);
    const follows =
      !isRandom && (/^(Shape|Size)$/.test(node.op) || [...usedBy(node)].every((input) => known.get(input) === true));
    node.outputs.forEach((output) => known.set(output, follows));
  }
  return (name) => producer.has(name) && known.get(name) === true;
}

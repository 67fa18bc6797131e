import { forwardBytes } from '../../src/engine/backward/forwardBytes.js';
import { inlined } from '../../src/engine/backward/inline.js';
import { raised } from '../../src/engine/backward/raise/index.js';
import { appendOutputs, inferFacts, type OnnxModel, type ValueInfo } from '../../src/engine/onnx/index.js';
import { inferFactsOf } from '../../src/engine/onnx/shape/index.js';
import { openBytes, openSession } from '../../src/engine/runtime/index.js';
import type { Tensor, TensorData } from '../../src/engine/runtime/tensor.js';
import { randomNumbers } from './gradientCheck.js';

/** Tensors of a model and of the same raised to a newer operator set, by name; null where it can't be raised. */
export async function bothOutputs(
  model: OnnxModel,
  opset: number,
  feeds: Record<string, Tensor>,
): Promise<{ own: Record<string, Tensor>; raised: Record<string, Tensor> } | null> {
  const sizes = new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  const called = inlined(model, null);
  const computed = called.model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  // Masks of old Dropouts, which nobody takes, are of another type later.
  const masks = new Set(model.graph.nodes.flatMap(({ op, outputs }) => (op === 'Dropout' ? outputs.slice(1) : [])));
  const graph = called.model;
  const named = (name: string): string => `~${name}`;
  const facts = inferFactsOf(graph, sizes);
  const made = raised({ model: graph, opset, facts, wanted: new Set(), named });
  if (!made) return null;
  const asked = computed.filter((name) => !masks.has(name));
  const one = await openSession(model, { outputs: asked, threads: 1 });
  const fetched = asked.filter((name) => one.outputs.includes(name));
  const base = await forwardBytes(model, called, made);
  const bytes = Buffer.concat([base.bytes, appendOutputs(graph, asked)]);
  const other = await openBytes({ ...base, bytes }, { threads: 1 });
  try {
    return { own: await one.run(feeds, fetched), raised: await other.run(feeds, fetched) };
  } finally {
    await one.release();
    await other.release();
  }
}

/** Names of tensors that differ in a bit, a size or their type. */
export function different(a: Record<string, Tensor>, b: Record<string, Tensor>): string[] {
  const bits = ({ data }: Tensor): Buffer => {
    const array = data as Exclude<TensorData, string[]>;
    return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  };
  return Object.keys(a).filter((name) => {
    const [one, other] = [a[name], b[name]];
    return one.type !== other.type || one.dims.join() !== other.dims.join() || !bits(one).equals(bits(other));
  });
}

/** Something to feed a model: fractions between -1 and 1, small integers; sizes that are left open are 1. */
export function someFeeds(model: OnnxModel): Record<string, Tensor> {
  const random = randomNumbers(1);
  const facts = inferFacts(model);
  const fed = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  const tensorOf = ({ name, type }: ValueInfo): Tensor => {
    const dims = (facts.get(name)?.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1));
    const length = dims.reduce((all, dim) => all * dim, 1);
    return type === 'int64'
      ? { type: 'int64', dims, data: BigInt64Array.from({ length }, (_, i) => BigInt(i % 7)) }
      : { type: 'float32', dims, data: Float32Array.from({ length }, () => random() * 2 - 1) };
  };
  return Object.fromEntries(fed.map((input) => [input.name, tensorOf(input)]));
}

import { appendOutputs, type Node, type OnnxModel } from '../onnx/index.js';
import { type Fact, inferFactsOf, isNumber } from '../onnx/shape/index.js';
import { indexOf } from '../onnx/graphIndex.js';
import { modelBytes, openBytes, type SessionOptions } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { nodeBytes } from './emit/modelBytes.js';
import { bytesField } from './emit/protobuf.js';
import path from 'node:path';

/**
 * The size of every tensor at the nodes on the way, for inputs of given sizes: inferred, and where that does not get
 * there, asked of ONNX Runtime in one run of the model with `Shape` nodes appended.
 */
export async function sizesOf(
  model: OnnxModel,
  nodes: readonly Node[],
  feeds: Record<string, Tensor>,
  options: Pick<SessionOptions, 'threads' | 'provider'>,
): Promise<Map<string, Fact>> {
  const facts = inferFactsOf(model, new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims])));
  const { producer } = indexOf(model);
  const open = new Set(
    nodes
      .flatMap((node) => [...node.inputs, ...node.outputs])
      .filter((name) => name !== '' && producer.has(name) && !facts.get(name)?.shape?.every(isNumber)),
  );
  if (open.size === 0) return facts;
  const asked = [...open].map((name, i) => ({ name, output: `~size${i}` }));
  const appended = bytesField(
    7,
    ...asked.map(({ name, output }) =>
      bytesField(
        1,
        nodeBytes({
          name: '',
          op: 'Shape',
          domain: '',
          inputs: [name],
          outputs: [output],
          attributes: new Map(),
          doc: '',
          metadata: new Map(),
        }),
      ),
    ),
  );
  const outputs = asked.map(({ output }) => output);
  const session = await openBytes(
    {
      name: path.basename(model.path),
      bytes: await modelBytes(model, Buffer.concat([appended, appendOutputs(model, outputs)])),
      folder: path.dirname(path.resolve(model.path)),
      inputs: new Map(model.graph.inputs.map((input) => [input.name, input.shape])),
    },
    options,
  );
  try {
    const sizes = await session.run(feeds, outputs);
    for (const { name, output } of asked) {
      const dims = Array.from(sizes[output].data as BigInt64Array, Number);
      facts.set(name, { ...facts.get(name), shape: dims });
    }
  } finally {
    await session.release();
  }
  return facts;
}

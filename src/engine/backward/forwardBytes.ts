import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { FileWindow } from '../onnx/fileWindow.js';
import type { Attribute, Node, OnnxModel, TensorReference } from '../onnx/index.js';
import { partBefore, partBytes, readTensor, type Rewritten, structureBytes } from '../onnx/index.js';
import { type ModelBytes, modelBytes, narrowToFloat16 } from '../runtime/index.js';
import { elementTypeNumber } from '../onnx/elementType.js';
import { nodeBytes, tensorBytes, type WrittenTensor } from './emit/modelBytes.js';
import { bytesField } from './emit/protobuf.js';
import type { InlinedModel } from './inline.js';
import type { Raised } from './raise/index.js';

/**
 * The bytes of a model whose functions and branches stand in its graph; without those, the file's own.
 *
 * @param raised that graph in a newer operator set, if it is to be written so
 * @param wanted all tensors that will be fetched or differentiated, where that is known: what they do not need may be left out
 */
export async function forwardBytes(
  original: OnnxModel,
  called: InlinedModel,
  raised: Raised | null = null,
  wanted: readonly string[] | null = null,
): Promise<ModelBytes> {
  return {
    name: path.basename(original.path),
    bytes:
      called.replaced.size === 0
        ? await bytesUpTo(original, wanted, raised && (await rewritten(original, raised)))
        : structureBytes(original, await replacements(original, called, raised), raised?.opset),
    folder: path.dirname(path.resolve(original.path)),
    inputs: new Map(original.graph.inputs.map((input) => [input.name, input.shape])),
  };
}

/** The model up to some tensors, with those of its own outputs that are computed on the way; whole where nothing is left out. */
async function bytesUpTo(
  model: OnnxModel,
  wanted: readonly string[] | null,
  other: Rewritten | null,
): Promise<Uint8Array> {
  const part = wanted && partBefore(model, wanted);
  if (!part && !other) return modelBytes(model, new Uint8Array(0));
  const nodes = part?.nodes ?? new Set(model.graph.nodes);
  const computed = new Set([...nodes].flatMap(({ outputs }) => outputs));
  const outputs = model.graph.outputs.map(({ name }) => name).filter((name) => !part || computed.has(name));
  return partBytes(model, { cut: [], inputs: [], nodes, outputs }, new Map(), false, other);
}

async function rewritten(model: OnnxModel, raised: Raised): Promise<Rewritten> {
  const nodes = new Map<Node, Uint8Array>();
  for (const node of raised.nodes.keys()) nodes.set(node, Buffer.concat(await fieldsOf(model, node, raised)));
  return { opset: raised.opset, nodes };
}

async function replacements(
  model: OnnxModel,
  { replaced }: InlinedModel,
  raised: Raised | null,
): Promise<Map<number, Uint8Array>> {
  const made = new Map<number, Uint8Array>();
  for (const [position, node] of model.graph.nodes.entries()) {
    const { nodes, initializers } = replaced.get(position) ?? { nodes: [node], initializers: [] };
    if (!replaced.has(position) && !raised?.nodes.has(node)) continue;
    const parts: Buffer[] = [];
    for (const tensor of initializers) parts.push(bytesField(5, tensorBytes(await copied(model, tensor))));
    for (const inner of nodes) parts.push(...(await fieldsOf(model, inner, raised)));
    made.set(position, Buffer.concat(parts));
  }
  return made;
}

/** A node, or what stands for it in a newer operator set, as fields of the graph. */
async function fieldsOf(model: OnnxModel, node: Node, raised: Raised | null): Promise<Buffer[]> {
  const { nodes, tensors } = raised?.nodes.get(node) ?? { nodes: [node], tensors: [] };
  const parts = tensors.map((tensor) => bytesField(5, tensorBytes(tensor)));
  for (const one of nodes) parts.push(bytesField(1, nodeBytes(one, await tensorsOf(model, one))));
  return parts;
}

async function tensorsOf(model: OnnxModel, node: Node): Promise<Map<Attribute, WrittenTensor>> {
  const tensors = new Map<Attribute, WrittenTensor>();
  for (const [name, attribute] of node.attributes) {
    if (attribute.type === 'tensor') {
      tensors.set(attribute, await copied(model, attribute.value));
    } else if (attribute.type === 'graph' || attribute.type === 'other') {
      throw new UserError(
        `${path.basename(model.path)}: ${node.op} "${node.name}" inside a function has an attribute "${name}" that can't be taken out of it`,
        { hint: 'use a method without gradients such as eigencam', code: 'gradient/no-rule' },
      );
    }
  }
  return tensors;
}

/** A tensor's bytes in its own type. */
async function copied(model: OnnxModel, tensor: TensorReference): Promise<WrittenTensor> {
  const { name, dims, type, data } = tensor;
  const written = { name, dims, type: elementTypeNumber(type) };
  if (data.in === 'raw') {
    const file = new FileWindow(model.path, model.size);
    try {
      return { ...written, data: Buffer.from(file.bytes(data.offset, data.length)) };
    } finally {
      file.close();
    }
  }
  const { data: elements } = await readTensor(model, tensor);
  const own = type === 'float16' ? narrowToFloat16(elements as Float32Array) : elements;
  if (type === 'bfloat16' || type.endsWith('int4')) {
    throw new UserError(`${path.basename(model.path)}: a constant of type ${type} can't be taken out of its function`, {
      hint: 'use a method without gradients such as eigencam',
      code: 'gradient/no-rule',
    });
  }
  return { ...written, data: new Uint8Array(own.buffer, own.byteOffset, own.byteLength) };
}

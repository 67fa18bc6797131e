import { lengthDelimited } from './appendOutputs.js';
import { elementTypeNumber } from './elementType.js';
import { FileWindow } from './fileWindow.js';
import { indexOf, usedBy } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { inferFacts } from './shape/index.js';
import { copied, weightBytes } from './structureBytes.js';
import { eachField, type Field, message, text } from './wire.js';

/** What lies behind a tensor: enough of the model to compute some of its outputs once that tensor is given. */
export interface ModelPart {
  /** The tensor that is given, and the others that cross the cut: computed before it and used behind it. */
  cut: string[];
  /** The model's own inputs that are used behind the cut. */
  inputs: string[];
  /** Of the outputs asked for, those that depend on the tensor and are not the tensor itself. */
  outputs: string[];
  nodes: ReadonlySet<Node>;
}

/**
 * The part of a model behind one tensor. What does not depend on the tensor is not computed again: where it is used
 * (the other branch of a residual sum), it crosses the cut too.
 *
 * @param wanted    tensors of the main graph to compute
 * @param whole     tensors that can't cross a cut (sequences, maps): what computes them belongs to the part
 * @returns null where the node that computes the tensor would belong to the part
 */
export function partBehind(
  model: OnnxModel,
  tensor: string,
  wanted: readonly string[],
  whole: ReadonlySet<string> = new Set(),
): ModelPart | null {
  const index = indexOf(model);
  const facts = inferFacts(model);
  const depends = new Set([tensor]);
  for (const node of index.sorted) {
    if (node === index.producer.get(tensor)) continue;
    if ([...usedBy(node)].some((input) => depends.has(input))) node.outputs.forEach((name) => depends.add(name));
  }
  depends.delete('');
  const outputs = [...new Set(wanted)].filter((name) => name !== tensor && depends.has(name));
  const cut = new Set([tensor]);
  const inputs = new Set<string>();
  const nodes = new Set<Node>();
  const seen = new Set(outputs);
  const waiting = [...outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === tensor) continue;
    const node = index.producer.get(name);
    if (!node) {
      if (!model.graph.initializers.has(name)) inputs.add(name);
      continue;
    }
    if (!depends.has(name) && !facts.get(name)?.constant && !whole.has(name)) {
      cut.add(name);
      continue;
    }
    if (node.outputs.includes(tensor)) return null;
    nodes.add(node);
    for (const input of usedBy(node)) {
      if (!seen.has(input)) {
        seen.add(input);
        waiting.push(input);
      }
    }
  }
  return { cut: [...cut], inputs: [...inputs], outputs, nodes };
}

/**
 * What computes some tensors, cut off at those for which `isCut` holds and at the model's inputs, which count as cut too.
 * Constants are never cut off: they come with it.
 */
export function partFrom(model: OnnxModel, outputs: readonly string[], isCut: (tensor: string) => boolean): ModelPart {
  const { producer } = indexOf(model);
  const facts = inferFacts(model);
  const nodes = new Set<Node>();
  const cut = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...outputs];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const node = producer.get(tensor);
    if (!facts.get(tensor)?.constant && (isCut(tensor) || !node)) {
      if (!model.graph.initializers.has(tensor)) cut.add(tensor);
    } else if (node) {
      nodes.add(node);
      waiting.push(...usedBy(node));
    }
  }
  return { cut: [...cut], inputs: [], outputs: [...outputs], nodes };
}

/** Every tensor that depends on the given one, itself among them. */
export function dependents(model: OnnxModel, tensor: string): Set<string> {
  const found = new Set([tensor]);
  for (const node of indexOf(model).sorted) {
    if ([...usedBy(node)].some((input) => found.has(input))) node.outputs.forEach((output) => found.add(output));
  }
  found.delete('');
  return found;
}

/** Above this, weights stay in the model's file and the part refers to them there. */
const copiedBytes = 256 * 1024 * 1024;

/**
 * The part as a model of its own, whose inputs are the cut tensors and the model's own inputs.
 *
 * @param types of the cut tensors: ONNX's name of the element type, and the rank
 * @param isBatchFree leaves out what the file states of shapes, which may be true for its own batch size only
 */
export function partBytes(
  model: OnnxModel,
  part: ModelPart,
  types: ReadonlyMap<string, { type: string; rank: number }>,
  isBatchFree = false,
): Buffer {
  const used = new Set<string>(part.outputs);
  const made = new Set<string>();
  for (const node of part.nodes) {
    usedBy(node).forEach((name) => used.add(name));
    node.outputs.forEach((name) => made.add(name));
  }
  const given = new Set(part.cut);
  const declared = new Set<string>();
  let at = 0;
  const file = new FileWindow(model.path, model.size);
  try {
    const parts: Buffer[] = [];
    eachField(file, 0, model.size, (field) => {
      parts.push(field.number === 7 ? lengthDelimited(7, graphBytes(field)) : copied(file, field));
    });
    const added = [
      ...part.cut.map((name) => lengthDelimited(11, valueBytes(name, types.get(name)!))),
      ...part.outputs
        .filter((name) => !declared.has(name))
        .map((name) => lengthDelimited(12, lengthDelimited(1, Buffer.from(name)))),
    ];
    parts.push(lengthDelimited(7, Buffer.concat(added)));
    return Buffer.concat(parts);
  } finally {
    file.close();
  }

  function graphBytes(graph: Field): Buffer {
    const fields: Buffer[] = [];
    message(file, graph, (field) => {
      if (isKept(field)) {
        fields.push(
          field.number === 5 && model.size > copiedBytes ? weightBytes(file, field, model.path) : copied(file, field),
        );
      }
    });
    return Buffer.concat(fields);
  }

  /** GraphProto: node 1, initializer 5, input 11, output 12, value_info 13, quantization_annotation 14. */
  function isKept(field: Field): boolean {
    switch (field.number) {
      case 1:
        return part.nodes.has(model.graph.nodes[at++]);
      case 5:
        return used.has(nameIn(field, 8));
      case 11: {
        const name = nameIn(field, 1);
        return used.has(name) && !given.has(name);
      }
      case 12: {
        const name = nameIn(field, 1);
        if (isBatchFree || !part.outputs.includes(name)) return false;
        declared.add(name);
        return true;
      }
      case 13:
        return !isBatchFree && made.has(nameIn(field, 1));
      case 14:
        return false;
      default:
        return true;
    }
  }

  function nameIn(field: Field, number: number): string {
    let name = '';
    message(file, field, (inner) => {
      if (inner.number === number) name = text(file, inner);
    });
    return name;
  }
}

/** ValueInfoProto of a tensor whose axes have any size. */
function valueBytes(name: string, { type, rank }: { type: string; rank: number }): Buffer {
  const anySize = lengthDelimited(1, Buffer.alloc(0));
  const shape = lengthDelimited(2, Buffer.concat(Array.from({ length: rank }, () => anySize)));
  const tensor = Buffer.concat([Buffer.from([8, elementTypeNumber(type)]), shape]);
  return Buffer.concat([lengthDelimited(1, Buffer.from(name)), lengthDelimited(2, lengthDelimited(1, tensor))]);
}

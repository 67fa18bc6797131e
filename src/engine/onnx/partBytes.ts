import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { lengthDelimited, lengthPrefix } from './appendOutputs.js';
import { elementTypeNumber } from './elementType.js';
import { EndOfFile, FileWindow } from './fileWindow.js';
import { usedBy } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import type { ModelPart } from './modelPart.js';
import { functionOf, nodesWithin } from './nodesWithin.js';
import { opsetBytes, weightBytes } from './structureBytes.js';
import { eachField, type Field, message, text, WireError } from './wire.js';

/** Above this, weights stay in the model's file and the part refers to them there. */
const copiedBytes = 256 * 1024 * 1024;

/** A graph in another version of the default operator set, up to 127: what stands for the nodes that are written otherwise. */
export interface Rewritten {
  opset: number;
  /** Fields of the graph: NodeProto, and TensorProto of new constants. */
  nodes: ReadonlyMap<Node, Uint8Array>;
}

/** Bytes that were made, or those of the file from one place to another. */
type Piece = Uint8Array | { from: number; to: number };

/**
 * The part as a model of its own, whose inputs are the cut tensors and the model's own inputs. It holds the weights and
 * the functions that its nodes use, and no others.
 *
 * @param types of the cut tensors: ONNX's name of the element type, and the rank
 * @param isBatchFree leaves out what the file states of shapes, which may be true for its own batch size only
 * @param rewritten nodes of the part in another operator set; null: as they are
 * @throws UserError where the file is another one by now
 */
export function partBytes(
  model: OnnxModel,
  part: ModelPart,
  types: ReadonlyMap<string, { type: string; rank: number }>,
  isBatchFree = false,
  rewritten: Rewritten | null = null,
): Buffer {
  const used = new Set<string>(part.outputs);
  const made = new Set<string>();
  for (const node of part.nodes) {
    usedBy(node).forEach((name) => used.add(name));
    node.outputs.forEach((name) => made.add(name));
  }
  const called = functionsOf(model, part.nodes);
  const given = new Set(part.cut);
  const declared = new Set<string>();
  let at = 0;
  const file = new FileWindow(model.path, model.size);
  try {
    const pieces: Piece[] = [];
    eachField(file, 0, model.size, (field) => {
      if (field.number === 7) pieces.push(...graphPieces(field));
      else if (field.number === 8 && rewritten) pieces.push(opsetBytes(file, field, rewritten.opset));
      else if (field.number !== 25 || called.has(functionIn(field))) pieces.push({ from: field.start, to: field.end });
    });
    const added = [
      ...part.cut.map((name) => lengthDelimited(11, valueBytes(name, types.get(name)!))),
      ...part.outputs
        .filter((name) => !declared.has(name))
        .map((name) => lengthDelimited(12, lengthDelimited(1, Buffer.from(name)))),
    ];
    pieces.push(lengthDelimited(7, Buffer.concat(added)));
    return joined(file, pieces);
  } catch (error) {
    if (error instanceof EndOfFile || error instanceof WireError) throw changed(model, error);
    throw error;
  } finally {
    file.close();
  }

  function graphPieces(graph: Field): Piece[] {
    const pieces: Piece[] = [];
    message(file, graph, (field) => {
      const node = field.number === 1 ? model.graph.nodes[at++] : null;
      if (node ? !part.nodes.has(node) : !isKept(field)) return;
      const other = node && rewritten?.nodes.get(node);
      if (other) {
        pieces.push(other);
        return;
      }
      pieces.push(
        field.number === 5 && model.size > copiedBytes
          ? weightBytes(file, field, model.path)
          : { from: field.start, to: field.end },
      );
    });
    return [lengthPrefix(7, lengthOf(pieces)), ...pieces];
  }

  /** GraphProto's fields that are no nodes: initializer 5, input 11, output 12, value_info 13, quantization_annotation 14, sparse_initializer 15. */
  function isKept(field: Field): boolean {
    switch (field.number) {
      case 5:
        return used.has(textIn(field, 8));
      case 11: {
        const name = textIn(field, 1);
        return used.has(name) && !given.has(name);
      }
      case 12: {
        const name = textIn(field, 1);
        if (isBatchFree || !part.outputs.includes(name)) return false;
        declared.add(name);
        return true;
      }
      case 13:
        return !isBatchFree && made.has(textIn(field, 1));
      case 14:
        return false;
      case 15: {
        // SparseTensorProto: its values, field 1, carry the name.
        let name = '';
        message(file, field, (inner) => {
          if (inner.number === 1) name = textIn(inner, 8);
        });
        return used.has(name);
      }
      default:
        return true;
    }
  }

  function textIn(field: Field, number: number): string {
    let found = '';
    message(file, field, (inner) => {
      if (inner.number === number) found = text(file, inner);
    });
    return found;
  }

  /** FunctionProto: name 1, domain 10. */
  function functionIn(field: Field): string {
    return `${textIn(field, 10)}:${textIn(field, 1)}`;
  }
}

/** `domain:name` of the model's functions that nodes call. */
function functionsOf(model: OnnxModel, nodes: ReadonlySet<Node>): Set<string> {
  const called = new Set<string>();
  for (const node of nodes) {
    for (const one of nodesWithin(model, node)) {
      const definition = functionOf(model, one);
      if (definition) called.add(`${definition.domain}:${definition.name}`);
    }
  }
  return called;
}

const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.to - piece.from), 0);

/** In one buffer, into which the file is read: the weights are not held twice. */
function joined(file: FileWindow, pieces: readonly Piece[]): Buffer {
  const bytes = Buffer.allocUnsafe(lengthOf(pieces));
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece instanceof Uint8Array) {
      bytes.set(piece, at);
      at += piece.length;
      continue;
    }
    // Neighbours in the file are read together.
    let { to } = piece;
    for (let next = pieces[i + 1]; next && 'from' in next && next.from === to; next = pieces[i + 1]) {
      to = next.to;
      i++;
    }
    file.copyInto(bytes.subarray(at, at + to - piece.from), piece.from);
    at += to - piece.from;
  }
  return bytes;
}

const changed = (model: OnnxModel, cause: Error): UserError =>
  new UserError(`${path.basename(model.path)}: changed while it was read`, {
    hint: 'try again when it has been written',
    code: 'model/changed',
    cause,
  });

/** ValueInfoProto of a tensor whose axes have any size. */
function valueBytes(name: string, { type, rank }: { type: string; rank: number }): Buffer {
  const anySize = lengthDelimited(1, Buffer.alloc(0));
  const shape = lengthDelimited(2, Buffer.concat(Array.from({ length: rank }, () => anySize)));
  const tensor = Buffer.concat([Buffer.from([8, elementTypeNumber(type)]), shape]);
  return Buffer.concat([lengthDelimited(1, Buffer.from(name)), lengthDelimited(2, lengthDelimited(1, tensor))]);
}

import path from 'node:path';
import { elementCount, rawBytes } from './elementType.js';
import { lengthDelimited } from './appendOutputs.js';
import { FileWindow } from './fileWindow.js';
import { opsetOf } from './graphMessage.js';
import type { OnnxModel } from './model.js';
import { eachField, type Field, integer, message, pushIntegers } from './wire.js';
import { elementTypeName } from './elementType.js';

/** Weights smaller than this stay where they are: shapes and the like must be at hand when ONNX Runtime infers shapes. */
const smallWeight = 16 * 1024;

/** What takes the place of a node, by its position in the graph: NodeProto and TensorProto fields of the graph. */
export type Replacements = ReadonlyMap<number, Uint8Array>;

/**
 * A model's bytes without its large weights, which become references into the model's own file (ONNX's external data).
 * ONNX Runtime maps them from there. So a model of several GB needs no second copy in memory, and one that is past
 * protobuf's limit of 2 GB can be run at all.
 *
 * @param replaced fields of the graph that stand in the place of some of its nodes
 * @param opset version of the default operator set that is stated instead of the model's own; up to 127
 */
export function structureBytes(model: OnnxModel, replaced: Replacements = new Map(), opset?: number): Buffer {
  const file = new FileWindow(model.path, model.size);
  try {
    const parts: Buffer[] = [];
    const nodes = { seen: 0, replaced };
    eachField(file, 0, model.size, (field) => {
      if (field.number === 7) {
        parts.push(lengthDelimited(7, graphBytes(file, field, model.path, nodes)));
      } else if (field.number === 8 && opset !== undefined) {
        parts.push(opsetBytes(file, field, opset));
      } else {
        parts.push(copied(file, field));
      }
    });
    return Buffer.concat(parts);
  } finally {
    file.close();
  }
}

/** An OperatorSetIdProto, of the default operator set with another version. */
export const opsetBytes = (file: FileWindow, field: Field, version: number): Buffer =>
  opsetOf(file, field)[0] === '' ? lengthDelimited(8, Buffer.from([2 * 8, version])) : copied(file, field);

function graphBytes(
  file: FileWindow,
  graph: Field,
  modelPath: string,
  nodes: { seen: number; replaced: Replacements },
): Buffer {
  const parts: Uint8Array[] = [];
  message(file, graph, (field) => {
    const other = field.number === 1 ? nodes.replaced.get(nodes.seen++) : undefined;
    parts.push(other ?? (field.number === 5 ? weightBytes(file, field, modelPath) : copied(file, field)));
  });
  return Buffer.concat(parts);
}

/** An initializer as it is, or with its raw data (field 9) replaced by external_data (13) and data_location (14). */
export function weightBytes(file: FileWindow, tensor: Field, modelPath: string): Buffer {
  const kept: Field[] = [];
  const dims: number[] = [];
  let type = 0;
  let raw: Field | null = null;
  message(file, tensor, (field) => {
    if (field.number === 9) {
      raw = field;
      return;
    }
    kept.push(field);
    if (field.number === 1) {
      pushIntegers(file, field, dims);
    } else if (field.number === 2) {
      type = integer(file, field);
    }
  });
  const data = raw as Field | null;
  // A damaged weight is passed on as it is, for ONNX Runtime to refuse.
  if (
    !data ||
    data.end - data.at < smallWeight ||
    data.end - data.at !== rawBytes(elementTypeName(type), elementCount(dims))
  ) {
    return copied(file, tensor);
  }
  const entry = (key: string, value: string): Buffer =>
    lengthDelimited(13, Buffer.concat([lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, Buffer.from(value))]));
  const body = [
    ...kept.map((field) => copied(file, field)),
    entry('location', path.basename(modelPath)),
    entry('offset', String(data.at)),
    entry('length', String(data.end - data.at)),
    // data_location = EXTERNAL
    Buffer.from([14 * 8, 1]),
  ];
  return lengthDelimited(5, Buffer.concat(body));
}

export const copied = (file: FileWindow, field: Field): Buffer =>
  Buffer.from(file.bytes(field.start, field.end - field.start));

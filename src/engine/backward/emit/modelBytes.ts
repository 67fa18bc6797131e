import type { Attribute, Node } from '../../onnx/index.js';
import { bytesField, floatField, integerField, textField, wholeNumber } from './protobuf.js';

/** An attribute as a rule writes it: a number is an int, a fraction is said to be one with `float`. */
export type AttributeValue = number | readonly number[] | string | { float: number } | { floats: readonly number[] };

/** TensorProto.DataType of the types that are written here. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type DataType = keyof typeof dataTypes;

export interface WrittenTensor {
  name: string;
  type: number;
  dims: readonly number[];
  /** Raw little-endian elements, or where in a file beside the model they lie. */
  data: Uint8Array | { file: string; offset: number; length: number };
}

export interface WrittenValue {
  name: string;
  type: number;
  /** Null where it is left to be inferred. */
  dims: readonly number[] | null;
}

export interface WrittenGraph {
  nodes: readonly EmittedNode[];
  inputs: readonly WrittenValue[];
  outputs: readonly WrittenValue[];
  tensors: readonly WrittenTensor[];
}

/** A node that was emitted; graphs in its attributes (a Scan's body) stand beside them. */
export type EmittedNode = Node & { bodies?: ReadonlyMap<string, WrittenGraph> };

/** The opset of what is emitted, and the IR version that goes with it. */
export const emittedOpset = 23;
const irVersion = 11;

/** A ModelProto. */
export function modelBytes(graph: WrittenGraph, domains: ReadonlySet<string>): Buffer {
  return Buffer.concat([
    integerField(1, irVersion),
    textField(2, 'onnxplain'),
    bytesField(8, textField(1, ''), integerField(2, emittedOpset)),
    ...[...domains].filter((domain) => domain !== '').map(domainBytes),
    bytesField(7, graphBytes(graph)),
  ]);
}

/** What makes a graph part of a model when it stands behind the model's bytes: protobuf merges messages that are repeated. */
export const appendedBytes = (graph: WrittenGraph, domains: readonly string[]): Buffer =>
  Buffer.concat([...domains.map(domainBytes), bytesField(7, partBytes(graph))]);

const domainBytes = (domain: string): Buffer => bytesField(8, textField(1, domain), integerField(2, 1));

const graphBytes = (graph: WrittenGraph): Buffer => Buffer.concat([textField(2, 'gradient'), partBytes(graph)]);

function partBytes({ nodes, inputs, outputs, tensors }: WrittenGraph): Buffer {
  return Buffer.concat([
    ...nodes.map((node) => bytesField(1, nodeBytes(node))),
    ...tensors.map((tensor) => bytesField(5, tensorBytes(tensor))),
    ...inputs.map((value) => bytesField(11, valueBytes(value))),
    ...outputs.map((value) => bytesField(12, valueBytes(value))),
  ]);
}

/** A node of one input and one output without attributes. */
export const plainNode = (op: string, input: string, output: string): EmittedNode => ({
  name: '',
  op,
  domain: '',
  inputs: [input],
  outputs: [output],
  attributes: new Map(),
  doc: '',
  metadata: new Map(),
});

/**
 * NodeProto's fields.
 *
 * @param tensors of attributes that hold one
 */
export function nodeBytes(node: EmittedNode, tensors: ReadonlyMap<Attribute, WrittenTensor> = new Map()): Buffer {
  return Buffer.concat([
    ...node.inputs.map((name) => textField(1, name)),
    ...node.outputs.map((name) => textField(2, name)),
    textField(3, node.name),
    textField(4, node.op),
    ...[...node.attributes].map(([name, attribute]) =>
      bytesField(5, attributeBytes(name, attribute, tensors.get(attribute))),
    ),
    ...[...(node.bodies ?? [])].map(([name, body]) =>
      bytesField(5, textField(1, name), bytesField(6, graphBytes(body)), integerField(20, 5)),
    ),
    ...(node.domain ? [textField(7, node.domain)] : []),
  ]);
}

function attributeBytes(name: string, attribute: Attribute, tensor: WrittenTensor | undefined): Buffer {
  const named = textField(1, name);
  if (tensor) return Buffer.concat([named, bytesField(5, tensorBytes(tensor)), integerField(20, 4)]);
  switch (attribute.type) {
    case 'float':
      return Buffer.concat([named, floatField(2, attribute.value), integerField(20, 1)]);
    case 'int':
      return Buffer.concat([named, integerField(3, wholeNumber(attribute.value)), integerField(20, 2)]);
    case 'string':
      return Buffer.concat([named, textField(4, attribute.value), integerField(20, 3)]);
    case 'floats':
      return Buffer.concat([named, ...attribute.value.map((x) => floatField(7, x)), integerField(20, 6)]);
    case 'ints':
      return Buffer.concat([
        named,
        ...attribute.value.map((x) => integerField(8, wholeNumber(x))),
        integerField(20, 7),
      ]);
    case 'strings':
      return Buffer.concat([named, ...attribute.value.map((x) => textField(9, x)), integerField(20, 8)]);
    default:
      throw new Error(`attribute "${name}" is of a kind (${attribute.type}) that is not written`);
  }
}

/** An attribute in the form that a model's own nodes have. */
export function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  if ('float' in value) return { type: 'float', value: value.float };
  if ('floats' in value) return { type: 'floats', value: [...value.floats] };
  return { type: 'ints', value: [...value] };
}

/** TensorProto's fields. */
export function tensorBytes({ name, type, dims, data }: WrittenTensor): Buffer {
  const head = [...dims.map((dim) => integerField(1, dim)), integerField(2, type), textField(8, name)];
  if (data instanceof Uint8Array) return Buffer.concat([...head, bytesField(9, data)]);
  const entry = (key: string, text: string): Buffer => bytesField(13, textField(1, key), textField(2, text));
  return Buffer.concat([
    ...head,
    entry('location', data.file),
    entry('offset', String(data.offset)),
    entry('length', String(data.length)),
    // data_location = EXTERNAL
    integerField(14, 1),
  ]);
}

function valueBytes({ name, type, dims }: WrittenValue): Buffer {
  const shape = dims ? [bytesField(2, ...dims.map((dim) => bytesField(1, integerField(1, dim))))] : [];
  return Buffer.concat([textField(1, name), bytesField(2, bytesField(1, integerField(1, type), ...shape))]);
}

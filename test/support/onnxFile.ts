import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Writes small ONNX files for tests, field by field as onnx.proto has them. Nothing of the reader under test is used, so
 * that a misunderstanding there can't hide itself here.
 */
export type AttributeSpec = number | number[] | bigint[] | Float32Array | string | string[] | Buffer;

export interface NodeSpec {
  op: string;
  in: string[];
  out: string[];
  name?: string;
  domain?: string;
  attributes?: Record<string, AttributeSpec>;
  metadata?: Record<string, string>;
  doc?: string;
}

export interface TensorSpec {
  dims: number[];
  /** float32 unless `type` says otherwise; then the raw bytes. */
  values?: number[];
  type?: number;
  raw?: Buffer;
}

export interface ValueSpec {
  /** TensorProto.DataType; 1 is float. */
  type?: number;
  shape?: (number | string)[];
}

export interface ModelSpec {
  nodes: NodeSpec[];
  inputs?: Record<string, ValueSpec>;
  outputs?: Record<string, ValueSpec>;
  initializers?: Record<string, TensorSpec>;
  opset?: number;
  domains?: Record<string, number>;
  /** FunctionProto messages, ready made. */
  functions?: Buffer[];
}

export const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
};
export const number = (field: number, value: number | bigint): Buffer =>
  Buffer.concat([varint(field * 8), varint(value)]);
export const bytes = (field: number, content: Buffer | string): Buffer => {
  const body = Buffer.from(content as string);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
};
export const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

const floatBytes = (values: number[]): Buffer => Buffer.from(new Float32Array(values).buffer);

export const int64Bytes = (values: number[]): Buffer => Buffer.from(BigInt64Array.from(values, BigInt).buffer);

/** int64 tensor of one axis. */
export const int64 = (...values: number[]): TensorSpec => ({ dims: [values.length], type: 7, raw: int64Bytes(values) });

export function tensor(name: string, { dims, values = [], type = 1, raw }: TensorSpec): Buffer {
  return Buffer.concat([
    ...dims.map((dim) => number(1, dim)),
    number(2, type),
    bytes(8, name),
    bytes(9, raw ?? floatBytes(values)),
  ]);
}

const value = (field: number, name: string, { type = 1, shape }: ValueSpec): Buffer =>
  message(
    field,
    bytes(1, name),
    message(
      2,
      message(
        1,
        number(1, type),
        ...(shape
          ? [message(2, ...shape.map((dim) => message(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim))))]
          : []),
      ),
    ),
  );

/** AttributeProto: a whole number is an int, a fraction a float, text a string, a Buffer a tensor or graph by its name. */
function attribute(name: string, content: AttributeSpec): Buffer {
  if (typeof content === 'number' && Number.isInteger(content)) {
    return message(5, bytes(1, name), number(3, content), number(20, 2));
  }
  if (typeof content === 'number') {
    return message(5, bytes(1, name), Buffer.from([2 * 8 + 5]), floatBytes([content]), number(20, 1));
  }
  if (typeof content === 'string') {
    return message(5, bytes(1, name), bytes(4, content), number(20, 3));
  }
  if (Buffer.isBuffer(content)) {
    const isGraph = name.endsWith('branch') || name === 'body';
    return message(5, bytes(1, name), bytes(isGraph ? 6 : 5, content), number(20, isGraph ? 5 : 4));
  }
  if (content instanceof Float32Array) {
    return message(5, bytes(1, name), bytes(7, Buffer.from(content.buffer)), number(20, 6));
  }
  const items = content.map((item) => (typeof item === 'string' ? bytes(9, item) : number(8, item)));
  return message(5, bytes(1, name), ...items, number(20, typeof content[0] === 'string' ? 8 : 7));
}

export const node = ({
  op,
  in: inputs,
  out,
  name = '',
  domain = '',
  attributes = {},
  metadata = {},
  doc = '',
}: NodeSpec): Buffer =>
  message(
    1,
    ...inputs.map((input) => bytes(1, input)),
    ...out.map((output) => bytes(2, output)),
    bytes(3, name),
    bytes(4, op),
    ...Object.entries(attributes).map(([key, content]) => attribute(key, content)),
    ...(doc ? [bytes(6, doc)] : []),
    ...(domain ? [bytes(7, domain)] : []),
    ...Object.entries(metadata).map(([key, text]) => message(9, bytes(1, key), bytes(2, text))),
  );

/** GraphProto's fields. */
export const graph = ({ nodes, inputs = {}, outputs = {}, initializers = {} }: ModelSpec): Buffer =>
  Buffer.concat([
    ...nodes.map(node),
    bytes(2, 'graph'),
    ...Object.entries(initializers).map(([name, spec]) => bytes(5, tensor(name, spec))),
    ...Object.entries(inputs).map(([name, spec]) => value(11, name, spec)),
    ...Object.entries(outputs).map(([name, spec]) => value(12, name, spec)),
  ]);

export const header = (opset = 17, domains: Record<string, number> = {}): Buffer =>
  Buffer.concat([
    number(1, 8),
    bytes(2, 'by hand'),
    message(8, bytes(1, ''), number(2, opset)),
    ...Object.entries(domains).map(([domain, version]) => message(8, bytes(1, domain), number(2, version))),
  ]);

export const modelBytes = (spec: ModelSpec): Buffer =>
  Buffer.concat([
    header(spec.opset, spec.domains),
    ...(spec.functions ?? []).map((definition) => bytes(25, definition)),
    bytes(7, graph(spec)),
  ]);

/** A folder that is gone after the tests of the enclosing `describe`. */
export function temporaryFolder(): { path: () => string; write: (name: string, content: Uint8Array) => string } {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-test-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    path: () => folder,
    write(name, content) {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** An ONNX file's structure. Weight bytes stay in the file; `readTensor` fetches them when someone asks. */
export interface OnnxModel {
  path: string;
  /** Bytes of the .onnx file. */
  size: number;
  irVersion: number;
  producer: string;
  producerVersion: string;
  /** Domain ('' is the default one) → version. */
  opsets: ReadonlyMap<string, number>;
  metadata: ReadonlyMap<string, string>;
  graph: Graph;
  /** `domain:name` → model-local function. */
  functions: ReadonlyMap<string, FunctionDefinition>;
}

export interface Graph {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  nodes: Node[];
  initializers: ReadonlyMap<string, TensorReference>;
  /** Every value whose type the file states: inputs, outputs and value_info. */
  values: ReadonlyMap<string, ValueInfo>;
  metadata: ReadonlyMap<string, string>;
}

export interface FunctionDefinition {
  domain: string;
  name: string;
  /** The version of the default operator set that its nodes are of; null where it states none. */
  opset: number | null;
  inputs: string[];
  outputs: string[];
  /** What attributes are where a call does not state them. */
  attributes: ReadonlyMap<string, Attribute>;
  nodes: Node[];
}

export interface Node {
  name: string;
  op: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: ReadonlyMap<string, Attribute>;
  doc: string;
  metadata: ReadonlyMap<string, string>;
}

export type Attribute =
  | { type: 'float' | 'int'; value: number }
  | { type: 'string'; value: string }
  | { type: 'floats' | 'ints'; value: number[] }
  | { type: 'strings'; value: string[] }
  | { type: 'tensor'; value: TensorReference }
  | { type: 'graph'; value: Graph }
  /** In a function: the attribute of this name at the call. */
  | { type: 'reference'; value: string }
  | { type: 'other'; value: null };

export interface ValueInfo {
  name: string;
  type: string;
  shape: (number | string | null)[] | null;
  metadata: ReadonlyMap<string, string>;
}

/** Where a tensor's bytes lie. */
export interface TensorReference {
  name: string;
  /** `float`, `float16`, `int64`, ... */
  type: string;
  dims: number[];
  /** In the .onnx file: raw bytes, or a typed field (`float_data`); or in a file beside it. */
  data:
    | { in: 'raw'; offset: number; length: number }
    | { in: 'typed'; field: string; chunks: { offset: number; length: number; packed: boolean }[] }
    | { in: 'external'; file: string; offset: number; length: number | null }
    /** Kept as indices and values; `readTensor` refuses it. */
    | { in: 'sparse' };
  /** The elements of small tensors (at most 64 integers or floats): shapes, axes, scales. Read with the structure. */
  values?: number[];
}

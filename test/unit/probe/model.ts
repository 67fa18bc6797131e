import type { Node, OnnxModel, TensorReference, ValueInfo } from '../../../src/engine/onnx/model.js';

type Shape = ValueInfo['shape'];

/** A model as the probe sets see it: its inputs, what reads them, and what it says of its outputs. */
export function modelWith(
  inputs: Record<string, [type: string, shape: Shape]>,
  {
    path = '/nowhere/model.onnx',
    nodes = [],
    tables = {},
    outputs = {},
    metadata = {},
  }: {
    path?: string;
    nodes?: Partial<Node>[];
    tables?: Record<string, number[]>;
    outputs?: Record<string, [type: string, shape: Shape]>;
    metadata?: Record<string, string>;
  } = {},
): OnnxModel {
  const none = new Map<string, never>();
  const tensor = (name: string, dims: number[]): TensorReference => ({
    name,
    type: 'float',
    dims,
    data: { in: 'raw', offset: 0, length: 0 },
  });
  const values = (named: typeof inputs): ValueInfo[] =>
    Object.entries(named).map(([name, [type, shape]]) => ({ name, type, shape, metadata: none }));
  return {
    path,
    size: 0,
    irVersion: 8,
    producer: '',
    producerVersion: '',
    opsets: new Map([['', 17]]),
    metadata: new Map(Object.entries(metadata)),
    functions: none,
    graph: {
      name: '',
      inputs: values(inputs),
      outputs: values(outputs),
      nodes: nodes.map((node) => ({
        name: '',
        op: '',
        domain: '',
        inputs: [],
        outputs: [],
        attributes: none,
        doc: '',
        metadata: none,
        ...node,
      })),
      initializers: new Map(Object.entries(tables).map(([name, dims]) => [name, tensor(name, dims)])),
      values: none,
      metadata: none,
    },
  };
}

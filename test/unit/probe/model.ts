import type { Node, OnnxModel, TensorReference, ValueInfo } from '../../../src/engine/onnx/model.js';

type Shape = ValueInfo['shape'];

/** A model as the probe sets see it: its inputs, and what reads them. */
export function modelWith(
  inputs: Record<string, [type: string, shape: Shape]>,
  {
    path = '/nowhere/model.onnx',
    nodes = [],
    tables = {},
  }: { path?: string; nodes?: Partial<Node>[]; tables?: Record<string, number[]> } = {},
): OnnxModel {
  const none = new Map<string, never>();
  const tensor = (name: string, dims: number[]): TensorReference => ({
    name,
    type: 'float',
    dims,
    data: { in: 'raw', offset: 0, length: 0 },
  });
  return {
    path,
    size: 0,
    irVersion: 8,
    producer: '',
    producerVersion: '',
    opsets: new Map([['', 17]]),
    metadata: none,
    functions: none,
    graph: {
      name: '',
      inputs: Object.entries(inputs).map(([name, [type, shape]]) => ({ name, type, shape, metadata: none })),
      outputs: [],
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

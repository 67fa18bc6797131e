import { graph, int64Bytes, modelBytes } from '../../support/onnxFile.js';

/** A model that computes for minutes in one run: y is x with 1 added a hundred million times, and goes through a Relu. */
export function slowLoop(): Buffer {
  const body = graph({
    inputs: { trip: { type: 7, shape: [] }, go: { type: 9, shape: [] }, sum: { shape: ['batch', 3] } },
    outputs: { go_on: { type: 9, shape: [] }, more: { shape: ['batch', 3] } },
    nodes: [
      { op: 'Identity', in: ['go'], out: ['go_on'] },
      { op: 'Add', in: ['sum', 'one'], out: ['more'] },
    ],
  });
  return modelBytes({
    inputs: { x: { shape: ['batch', 3] } },
    outputs: { y: { shape: ['batch', 3] } },
    initializers: { trips: { dims: [], type: 7, raw: int64Bytes([1e8]) }, one: { dims: [1], values: [1] } },
    nodes: [
      { op: 'Loop', name: 'loop', in: ['trips', '', 'x'], out: ['summed'], attributes: { body } },
      { op: 'Relu', name: 'relu', in: ['summed'], out: ['y'] },
    ],
  });
}

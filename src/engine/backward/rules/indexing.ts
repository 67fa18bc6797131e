import { fromStart } from '../../onnx/shape/index.js';
import type { Rule } from '../rule.js';
import { integerAttribute, product } from './attributes.js';

/** What was taken along an axis goes back to where it was taken from; what was taken twice gets both. */
const gather: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const axis = fromStart(integerAttribute(at.node, 'axis', 0), dims.length);
    const taken = at.inputDims(1);
    const count = product(taken);
    const [before, behind] = [product(dims.slice(0, axis)), product(dims.slice(axis + 1))];
    const known = at.values(1);
    const gradient = g.reshape(at.gradient, [before, count, behind]);
    if (known?.length === 1) {
      const place = fromStart(known[0], dims[axis]);
      return [
        g.reshape(
          g.pad(gradient, [
            [0, 0],
            [place, dims[axis] - place - 1],
            [0, 0],
          ]),
          dims,
        ),
      ];
    }
    const places = g.op('Expand', [g.reshape(at.input(1), [1, count, 1]), g.ints([before, count, behind])]);
    const zeros = g.filled([before, dims[axis], behind], 0);
    return [g.reshape(g.op('ScatterElements', [zeros, places, gradient], { axis: 1, reduction: 'add' }), dims)];
  },
};

const gatherElements: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const axis = integerAttribute(at.node, 'axis', 0);
    return [
      g.op('ScatterElements', [g.filled(at.inputDims(0), 0), at.input(1), at.gradient], { axis, reduction: 'add' }),
    ];
  },
};

const gatherND: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const batchAxes = integerAttribute(at.node, 'batch_dims', 0);
    const taken = at.inputDims(1);
    const depth = taken[taken.length - 1];
    if (batchAxes === 0) {
      return [g.op('ScatterND', [g.filled(dims, 0), at.input(1), at.gradient], { reduction: 'add' })];
    }
    // The batch's own places become part of the index.
    const batch = dims.slice(0, batchAxes);
    const rows = product(taken.slice(batchAxes, -1));
    const places = batch.map((size, axis) => {
      const along = Array.from({ length: size }, (_, i) => i);
      const shape = [...batch.map((_, other) => (other === axis ? size : 1)), 1, 1];
      return g.op('Expand', [g.ints(along, shape), g.ints([...batch, rows, 1])]);
    });
    const own = g.reshape(at.input(1), [...batch, rows, depth]);
    const index = g.op('Concat', [...places, own], { axis: batchAxes + 1 });
    const gradient = g.reshape(at.gradient, [...batch, rows, ...dims.slice(batchAxes + depth)]);
    return [g.op('ScatterND', [g.filled(dims, 0), index, gradient], { reduction: 'add' })];
  },
};

export const indexingRules: Record<string, Rule> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
};

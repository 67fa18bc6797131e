import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs, Rule } from '../rule.js';
import { integerAttribute, product, textAttribute } from './attributes.js';
import { type Interpolation, sampledAt } from './interpolation.js';

const kinds: Record<string, Interpolation['kind']> = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
};

/** A picture at the points of a grid, whose coordinates go from -1 to 1, the last axis' first. */
export const gridSample: Definition = {
  define(at) {
    const { g, node } = at;
    const [batch, channels, ...sizes] = at.inputDims(0);
    const places = at.inputDims(1).slice(1, -1);
    const aboutElements = integerAttribute(node, 'align_corners', 0) === 1;
    const coordinates = sizes.map((size, axis) => {
      const component = sizes.length - 1 - axis;
      const along = g.slice(at.input(1), [component], [component + 1], [sizes.length + 1]);
      const shifted = g.add(g.reshape(along, [batch, product(places)]), 1);
      return aboutElements ? g.mul(shifted, (size - 1) / 2) : g.mul(g.sub(g.mul(shifted, size), 1), 0.5);
    });
    const found = sampledAt(g, at.input(0), coordinates, {
      kind: kinds[textAttribute(node, 'mode', 'linear')] ?? 'linear',
      outside: outsideOf(at),
      aboutElements,
    });
    return [g.reshape(g.transpose(found, [0, 2, 1]), [batch, channels, ...places])];
  },
};

function outsideOf({ node }: Inputs): Interpolation['outside'] {
  const mode = textAttribute(node, 'padding_mode', 'zeros');
  return mode === 'border' || mode === 'reflection' ? mode : 'zeros';
}

/**
 * Places of an axis from -1 to 1: its elements' centres, or the first and the last element at the ends. A single element
 * is at 1 then, where ONNX Runtime has it (PyTorch at 0).
 */
const places = (size: number, aboutElements: boolean): number[] =>
  Array.from({ length: size }, (_, i) =>
    aboutElements ? (size === 1 ? 1 : (2 * i) / (size - 1) - 1) : (2 * i + 1) / size - 1,
  );

/** grid = base θᵀ, where a row of the base is a place and a 1: dθ = dgridᵀ base. */
export const affineGrid: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const [batch, ...sizes] = at.outputDims().slice(0, -1);
    const base = baseGrid(g, sizes, integerAttribute(at.node, 'align_corners', 0) === 1);
    const gradient = g.reshape(at.gradient, [batch, product(sizes), sizes.length]);
    return [g.op('MatMul', [g.transpose(gradient, [0, 2, 1]), base])];
  },
};

/** Positions × (the last axis' place, …, the first's, 1). */
function baseGrid(g: GraphBuilder, sizes: readonly number[], aboutElements: boolean): Value {
  const columns = sizes.map((size, axis) => {
    const along = g.floats(
      places(size, aboutElements),
      sizes.map((_, other) => (other === axis ? size : 1)),
    );
    return g.reshape(g.op('Expand', [along, g.ints(sizes)]), [product(sizes), 1]);
  });
  return g.op('Concat', [...columns.reverse(), g.filled([product(sizes), 1], 1)], { axis: 1 });
}

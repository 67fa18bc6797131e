import type { Value } from '../emit/graphBuilder.js';
import type { Definition } from '../rule.js';
import { floatAttribute, integerAttribute, product, textAttribute } from './attributes.js';
import { sampledAt } from './interpolation.js';
import { slides } from './window.js';

/**
 * A convolution whose taps are moved by offsets of their own, and weighted by a mask (Zhu et al. 2019,
 * https://arxiv.org/abs/1811.11168). Offsets are batch × (groups × taps × axes) × steps.
 */
export const deformableConvolution: Definition = {
  define(at) {
    const { g, node } = at;
    const [batch, channels, ...sizes] = at.inputDims(0);
    const [features, perGroup, ...kernel] = at.inputDims(1);
    const steps = at.outputDims().slice(2);
    const [taps, places] = [product(kernel), product(steps)];
    const group = integerAttribute(node, 'group', 1);
    const offsetGroups = integerAttribute(node, 'offset_group', 1);
    const window = slides(at, sizes, steps, kernel);
    const offsets = g.reshape(at.input(2), [batch, offsetGroups, taps, sizes.length, places]);
    const weights = at.has(4) ? g.reshape(at.input(4), [batch, offsetGroups, taps * places]) : null;
    const own = channels / offsetGroups;
    const columns = Array.from({ length: offsetGroups }, (_, i) => {
      const coordinates = window.map(({ stride, dilation, before }, axis) => {
        const moved = g.slice(offsets, [i, axis], [i + 1, axis + 1], [1, 3]);
        const grid = gridAlong(kernel, steps, axis, (tap, step) => step * stride - before + tap * dilation);
        return g.reshape(g.add(g.reshape(moved, [batch, taps * places]), g.floats(grid, [1, taps * places])), [
          batch,
          taps * places,
        ]);
      });
      const part = offsetGroups === 1 ? at.input(0) : g.slice(at.input(0), [i * own], [(i + 1) * own], [1]);
      const found = g.transpose(sampledAt(g, part, coordinates, { kind: 'linear', outside: 'zeros' }), [0, 2, 1]);
      if (!weights) return found;
      return g.mul(found, g.slice(weights, [i], [i + 1], [1]));
    });
    const all = columns.length === 1 ? columns[0] : g.op('Concat', columns, { axis: 1 });
    const weighted = g.op('MatMul', [
      g.reshape(at.input(1), [group, features / group, perGroup * taps]),
      g.reshape(all, [batch, group, perGroup * taps, places]),
    ]);
    const made = g.reshape(weighted, at.outputDims());
    return [at.has(3) ? g.add(made, g.reshape(at.input(3), [features, ...steps.map(() => 1)])) : made];
  },
};

/** One coordinate of each tap × step. */
function gridAlong(
  kernel: readonly number[],
  steps: readonly number[],
  axis: number,
  at: (tap: number, step: number) => number,
): number[] {
  const along = (dims: readonly number[], flat: number): number =>
    Math.floor(flat / product(dims.slice(axis + 1))) % dims[axis];
  return Array.from({ length: product(kernel) }, (_, tap) =>
    Array.from({ length: product(steps) }, (__, step) => at(along(kernel, tap), along(steps, step))),
  ).flat();
}

/**
 * The mean over points in each cell of each box (He et al. 2017, https://arxiv.org/abs/1703.06870). It has derivatives by
 * the picture alone, as in PyTorch.
 */
export const roiAlign: Definition = {
  by: [0],
  define(at) {
    const { g, node, opset } = at;
    if (textAttribute(node, 'mode', 'avg') !== 'avg') at.refuse('of largest values has no gradient here');
    const perAxis = integerAttribute(node, 'sampling_ratio', 0);
    if (perAxis === 0) at.refuse('with as many points as each box is large has no gradient here');
    const [, channels, ...sizes] = at.inputDims(0);
    const count = at.inputDims(1)[0];
    const cells = [integerAttribute(node, 'output_height', 1), integerAttribute(node, 'output_width', 1)];
    const isHalfPixel =
      opset >= 16 && textAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
    const boxes = g.mul(at.input(1), floatAttribute(node, 'spatial_scale', 1));
    const corner = (i: number): Value => {
      const found = g.reshape(g.slice(boxes, [i], [i + 1], [1]), [count, 1]);
      return isHalfPixel ? g.sub(found, 0.5) : found;
    };
    const lines = [0, 1].map((axis) => {
      const [start, end] = [corner(1 - axis), corner(3 - axis)];
      const length = isHalfPixel ? g.sub(end, start) : g.op('Max', [g.sub(end, start), 1]);
      const points = cells[axis] * perAxis;
      const shares = Array.from({ length: points }, (_, i) => (i + 0.5) / points);
      return g.add(start, g.mul(length, g.floats(shares, [1, points])));
    });
    const [rows, columns] = cells.map((size) => size * perAxis);
    const grid = [count, rows, columns];
    const flat = [1, product(grid)];
    const coordinates = lines.map((line, axis) => {
      const apart = g.reshape(line, axis === 0 ? [count, rows, 1] : [count, 1, columns]);
      return g.reshape(g.op('Expand', [apart, g.ints(grid)]), flat);
    });
    const samples = g.reshape(
      g.op('Expand', [g.reshape(at.input(2), [count, 1, 1]), g.ints(grid)], {}, { dims: grid }),
      flat,
    );
    const found = sampledAt(g, at.input(0), coordinates, { kind: 'linear', outside: 'border' }, samples);
    // More than one element outside of the picture there is nothing.
    const inside = coordinates.flatMap((line, axis) => [
      g.mask('GreaterOrEqual', line, -1),
      g.mask('LessOrEqual', line, sizes[axis]),
    ]);
    const counted = g.mul(
      found,
      g.reshape(
        inside.reduce((a, b) => g.mul(a, b)),
        [...flat, 1],
      ),
    );
    const apart = g.reshape(counted, [count, cells[0], perAxis, cells[1], perAxis, channels]);
    return [g.transpose(g.mul(g.sum(apart, [2, 4]), 1 / perAxis ** 2), [0, 3, 1, 2])];
  },
};

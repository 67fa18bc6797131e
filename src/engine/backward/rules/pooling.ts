import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Inputs, Rule } from '../rule.js';
import { integerAttribute, integersAttribute, product } from './attributes.js';
import { convolutionInput } from './convolution.js';
import { type Slide, slides } from './window.js';

const windowOf = (at: Inputs): Slide[] =>
  slides(at, at.inputDims(0).slice(2), at.outputDims().slice(2), integersAttribute(at.node, 'kernel_shape') ?? []);

/** The mean of each window; padding counts or does not. */
export const averagePool: Rule = {
  backward(at) {
    const { g } = at;
    const window = windowOf(at);
    const counts = window.map((slide) =>
      elementsPerStep(slide, integerAttribute(at.node, 'count_include_pad', 0) === 1),
    );
    return [spread(g, dividedByCounts(g, at.gradient, counts), window)];
  },
};

/** For each step along an axis, how many elements the mean divides by. */
function elementsPerStep(slide: Slide, withPadding: boolean): number[] {
  const { size, before, after, kernel, dilation, stride, steps } = slide;
  const [low, high] = withPadding ? [-before, size + after] : [0, size];
  return Array.from({ length: steps }, (_, step) => {
    const from = step * stride - before;
    return Array.from({ length: kernel }, (__, k) => from + k * dilation).filter((at) => at >= low && at < high).length;
  });
}

/** A factor for each axis; where it is the same at every step, one number. */
function dividedByCounts(g: GraphBuilder, gradient: Value, counts: readonly (readonly number[])[]): Value {
  const rank = counts.length + 2;
  let factor = 1;
  let divided = gradient;
  counts.forEach((perStep, i) => {
    if (perStep.every((count) => count === perStep[0])) {
      factor *= perStep[0];
    } else {
      const dims = Array.from({ length: rank }, (_, axis) => (axis === i + 2 ? perStep.length : 1));
      divided = g.mul(
        divided,
        g.floats(
          perStep.map((count) => 1 / count),
          dims,
        ),
      );
    }
  });
  return factor === 1 ? divided : g.mul(divided, 1 / factor);
}

/** Gives every element the sum of what arrived at the windows that it lies in. */
export function spread(g: GraphBuilder, gradient: Value, window: readonly Slide[]): Value {
  const [batch, channels, ...steps] = g.dims(gradient);
  const isTiled = window.every(
    ({ kernel, stride, dilation, before }) => kernel === stride && dilation === 1 && before === 0,
  );
  if (isTiled) {
    const between = g.reshape(gradient, [batch, channels, ...steps.flatMap((count) => [count, 1])]);
    const tiles = [batch, channels, ...window.flatMap(({ steps: count, kernel }) => [count, kernel])];
    const repeated = g.op('Expand', [between, g.ints(tiles)]);
    const whole = g.reshape(repeated, [batch, channels, ...window.map(({ steps: count, kernel }) => count * kernel)]);
    return g.pad(whole, [
      [0, 0],
      [0, 0],
      ...window.map((slide) => [0, slide.size - slide.steps * slide.kernel] as const),
    ]);
  }
  // As the gradient of a convolution of one channel with a kernel of ones. Windows of ceil mode may pass the padding.
  const single = g.reshape(gradient, [batch * channels, 1, ...steps]);
  const ones = g.filled([1, 1, ...window.map(({ kernel }) => kernel)], 1);
  const made = convolutionInput(g, single, ones, 1, window);
  return g.reshape(made, [batch, channels, ...window.map(({ size }) => size)]);
}

/** (Σ |x|^p)^(1/p) over each window: dx = sign(x) |x|^(p-1) Σ dy y^(1-p). */
export const lpPool: Rule = {
  backward(at) {
    const { g, gradient } = at;
    const p = integerAttribute(at.node, 'p', 2);
    const share = g.mul(gradient, inversePower(g, at.output(), p));
    return [g.mul(signedPower(g, at.input(0), p - 1), spread(g, share, windowOf(at)))];
  },
};

/** y^(1-p), and 0 where y is 0. */
export function inversePower(g: GraphBuilder, y: Value, p: number): Value {
  const dims = g.dims(y);
  const isZero = g.op('Equal', [y, 0], {}, { dims });
  return g.op('Where', [isZero, 0, g.op('Pow', [y, 1 - p])], {}, { dims });
}

/** sign(x) |x|^q. */
export const signedPower = (g: GraphBuilder, x: Value, q: number): Value =>
  q === 1 ? x : g.mul(g.op('Sign', [x]), q === 0 ? 1 : g.op('Pow', [g.op('Abs', [x]), q]));

export const globalAveragePool: Rule = {
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    return [g.op('Expand', [g.mul(at.gradient, 1 / product(dims.slice(2))), g.ints(dims)])];
  },
};

/** The first largest element of each channel gets all. */
export const globalMaxPool: Rule = {
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const flat = [dims[0], dims[1], product(dims.slice(2))];
    const first = g.op('ArgMax', [g.reshape(at.input(0), flat)], { axis: 2, keepdims: 1 });
    const made = g.op('ScatterElements', [g.filled(flat, 0), first, g.reshape(at.gradient, [dims[0], dims[1], 1])], {
      axis: 2,
    });
    return [g.reshape(made, dims)];
  },
};

export const globalLpPool: Rule = {
  backward(at) {
    const { g } = at;
    const p = integerAttribute(at.node, 'p', 2);
    const share = g.mul(at.gradient, inversePower(g, at.output(), p));
    return [g.mul(signedPower(g, at.input(0), p - 1), share)];
  },
};

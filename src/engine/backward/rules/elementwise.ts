import { broadcastDims, type GraphBuilder, type Operand, type Value } from '../emit/graphBuilder.js';
import type { Rule, Site } from '../rule.js';
import { floatAttribute } from './attributes.js';
import { isRectifiedGradient } from './rectified.js';

/** A function of one input element by element. */
const unary = (derivative: (at: Site) => Operand): Rule => ({
  by: [0],
  backward: (at) => [at.g.mul(at.gradient, derivative(at))],
});

/** 1 / √(a x² + b). */
const inverseRoot = (a: number, b: number, sign = 1): Rule =>
  unary(({ g, input }) => {
    const x = input(0);
    return g.div(sign, g.op('Sqrt', [g.add(g.mul(g.mul(x, x), a), b)]));
  });
/** a y² + b. */
const squareOfOutput = (a: number, b: number): Rule =>
  unary(({ g, output }) => g.add(g.mul(g.mul(output(), output()), a), b));

/** Derivatives by hand: f(x) → f'(x), by x or, where that is shorter, by y = f(x). */
export const unaryRules: Record<string, Rule> = {
  Abs: unary(({ g, input }) => g.op('Sign', [input(0)])),
  Neg: { backward: ({ g, gradient }) => [g.neg(gradient)] },
  Sqrt: unary(({ g, output }) => g.div(0.5, output())),
  Exp: unary(({ output }) => output()),
  Log: { backward: ({ g, gradient, input }) => [g.div(gradient, input(0))] },
  Reciprocal: squareOfOutput(-1, 0),
  Sin: unary(({ g, input }) => g.op('Cos', [input(0)])),
  Cos: unary(({ g, input }) => g.neg(g.op('Sin', [input(0)]))),
  Tan: squareOfOutput(1, 1),
  Asin: inverseRoot(-1, 1),
  Acos: inverseRoot(-1, 1, -1),
  Atan: unary(({ g, input }) => g.div(1, g.add(g.mul(input(0), input(0)), 1))),
  Sinh: unary(({ g, input }) => g.op('Cosh', [input(0)])),
  Cosh: unary(({ g, input }) => g.op('Sinh', [input(0)])),
  Tanh: squareOfOutput(-1, 1),
  Asinh: inverseRoot(1, 1),
  Acosh: inverseRoot(1, -1),
  Atanh: unary(({ g, input }) => g.div(1, g.sub(1, g.mul(input(0), input(0))))),
  Erf: unary(({ g, input }) => g.mul(2 / Math.sqrt(Math.PI), g.op('Exp', [g.neg(g.mul(input(0), input(0)))]))),
  Identity: { backward: ({ gradient }) => [gradient] },
};

/** a ± b. */
const sum = (sign: 1 | -1): Rule => ({
  backward: (at) => [
    at.wants(0) ? at.g.unbroadcast(at.gradient, at.inputDims(0)) : null,
    at.wants(1) ? at.g.unbroadcast(sign === 1 ? at.gradient : at.g.neg(at.gradient), at.inputDims(1)) : null,
  ],
});

/** One gradient an input, each summed over the axes along which that input was broadcast. */
const each = (at: Site, make: (position: number) => Value): (Value | null)[] =>
  at.node.inputs.map((_, i) => (at.wants(i) ? at.g.unbroadcast(make(i), at.inputDims(i)) : null));

/** The largest or smallest of several; where several are, each gets an equal share (as in PyTorch). */
const extreme: Rule = {
  backward(at) {
    const { g } = at;
    const shares = at.node.inputs.map((_, i) => g.mask('Equal', at.input(i), at.output()));
    const count = shares.reduce((a, b) => g.add(a, b));
    const share = g.div(at.gradient, count);
    return each(at, (i) => g.mul(share, shares[i]));
  },
};

export const binaryRules: Record<string, Rule> = {
  Add: sum(1),
  Sub: sum(-1),
  Mul: { backward: (at) => each(at, (i) => at.g.mul(at.gradient, at.input(1 - i))) },
  Div: {
    backward: (at) =>
      each(at, (i) => {
        const { g } = at;
        const share = g.div(at.gradient, at.input(1));
        return i === 0 ? share : g.neg(g.mul(share, at.output()));
      }),
  },
  Sum: { backward: (at) => each(at, () => at.gradient) },
  Mean: { backward: (at) => each(at, () => at.g.mul(at.gradient, 1 / at.node.inputs.length)) },
  Max: extreme,
  Min: extreme,
  Pow: {
    backward: (at) => each(at, (i) => at.g.mul(at.gradient, i === 0 ? powerByBase(at) : powerByExponent(at))),
  },
  Where: {
    by: [1, 2],
    backward(at) {
      const { g, gradient } = at;
      const zero = g.floats([0], []);
      const chosen = (i: number): Value =>
        g.op('Where', i === 1 ? [at.input(0), gradient, zero] : [at.input(0), zero, gradient]);
      return [null, ...each(at, (i) => (i === 0 ? gradient : chosen(i))).slice(1)];
    },
  },
  // fmod = 1: x - y × trunc(x / y); the integer form has no gradient worth the name.
  Mod: {
    backward(at) {
      const { g } = at;
      const ratio = (): Value => g.div(at.input(0), at.input(1));
      const whole = (): Value => g.mul(g.op('Floor', [g.op('Abs', [ratio()])]), g.op('Sign', [ratio()]));
      return each(at, (i) => (i === 0 ? at.gradient : g.neg(g.mul(at.gradient, whole()))));
    },
  },
};

/** p x^(p - 1), and 0 where p is 0. */
function powerByBase(at: Site): Operand {
  const { g } = at;
  const x = at.input(0);
  const constant = at.values(1);
  const [p] = constant?.length === 1 ? constant : [null];
  switch (p) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return g.mul(x, 2);
    case null: {
      const exponent = g.float(at.input(1));
      const slope = g.mul(exponent, g.op('Pow', [x, g.sub(exponent, 1)]));
      const dims = broadcastDims([g.dims(x), g.dims(exponent)]);
      return g.op('Where', [g.op('Equal', [exponent, 0]), 0, slope], {}, { dims });
    }
    default:
      return g.mul(g.op('Pow', [x, p - 1]), p);
  }
}

/** x^p log x, and 0 where x is 0 and p is not negative. */
function powerByExponent(at: Site): Value {
  const { g } = at;
  const x = at.input(0);
  const slope = g.mul(at.output(), g.op('Log', [x]));
  const isZero = g.op(
    'And',
    [g.op('Equal', [x, 0]), g.op('GreaterOrEqual', [g.float(at.input(1)), 0])],
    {},
    { dims: at.outputDims() },
  );
  return g.op('Where', [isZero, 0, slope], {}, { dims: at.outputDims() });
}

/** `slope` of the gradient where the test holds, `other` elsewhere. */
const choose = (g: GraphBuilder, test: Value, slope: Operand, other: Operand, dims: readonly number[]): Value =>
  g.op('Where', [test, slope, other], {}, { dims });

/** Two branches that meet at a threshold of x. */
const branches = (threshold: (at: Site) => number, above: (at: Site) => Operand, below: (at: Site) => Operand): Rule =>
  unary((at) =>
    choose(
      at.g,
      at.g.op('Greater', [at.input(0), threshold(at)], {}, { dims: at.inputDims(0) }),
      above(at),
      below(at),
      at.inputDims(0),
    ),
  );

/** x s(αx): s + α x s (1 - s). */
const swish = (alpha: (at: Site) => number): Rule =>
  unary((at) => {
    const { g } = at;
    const x = at.input(0);
    const s = g.op('Sigmoid', [g.mul(x, alpha(at))]);
    return g.mul(s, g.add(1, g.mul(g.mul(x, alpha(at)), g.sub(1, s))));
  });

/** Between its bounds, without them (as PyTorch's ReLU6 and Hardtanh; `clamp` counts the bounds in). */
const clip: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const bound = (position: number, name: string): Operand | null =>
      at.has(position) ? boundOf(at, position) : node.attributes.has(name) ? floatAttribute(node, name, 0) : null;
    const [low, high] = [bound(1, 'min'), bound(2, 'max')];
    const inside = [
      ...(low === null ? [] : [g.mask('Greater', at.output(), low)]),
      ...(high === null ? [] : [g.mask('Less', at.output(), high)]),
    ];
    return [inside.reduce((gradient, mask) => g.mul(gradient, mask), at.gradient)];
  },
};

/** A bound that is known is a number: no pass over the tensor compares it with another tensor. */
function boundOf(at: Site, position: number): Operand {
  const [value] = at.values(position) ?? [];
  return value === undefined ? at.g.float(at.input(position)) : value;
}

const alphaOf =
  (absent: number) =>
  ({ node }: Site): number =>
    floatAttribute(node, 'alpha', absent);

/** 1/2 (1 + erf(x / √2)) + x φ(x), or the derivative of the form with tanh. */
const gelu: Rule = unary((at) => {
  const { g, node } = at;
  const x = at.input(0);
  const approximate = node.attributes.get('approximate');
  return approximate?.type === 'string' && approximate.value === 'tanh' ? tanhGeluSlope(g, x) : geluSlope(g, x);
});

export function geluSlope(g: GraphBuilder, x: Value): Value {
  const density = g.mul(g.op('Exp', [g.mul(g.mul(x, x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  const cumulative = g.mul(g.add(g.op('Erf', [g.mul(x, Math.SQRT1_2)]), 1), 0.5);
  return g.add(cumulative, g.mul(x, density));
}

/** Of 1/2 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export function tanhGeluSlope(g: GraphBuilder, x: Value): Value {
  const c = Math.sqrt(2 / Math.PI);
  const square = g.mul(x, x);
  const t = g.op('Tanh', [g.mul(g.mul(x, c), g.add(1, g.mul(square, 0.044715)))]);
  const inner = g.mul(g.add(1, g.mul(square, 3 * 0.044715)), c);
  const rest = g.mul(g.mul(g.mul(x, g.sub(1, g.mul(t, t))), inner), 0.5);
  return g.add(g.mul(g.add(t, 1), 0.5), rest);
}

export const activationRules: Record<string, Rule> = {
  Relu: {
    rectifies: true,
    backward: ({ g, gradient, output }) => [
      isRectifiedGradient(g, gradient) ? gradient : g.mul(gradient, g.mask('Greater', output(), 0)),
    ],
  },
  LeakyRelu: branches(
    () => 0,
    () => 1,
    alphaOf(0.01),
  ),
  PRelu: {
    backward(at) {
      const { g, gradient } = at;
      const positive = g.op('Greater', [at.input(0), 0], {}, { dims: at.inputDims(0) });
      const dims = at.outputDims();
      return each(at, (i) =>
        i === 0
          ? g.mul(gradient, choose(g, positive, 1, at.input(1), dims))
          : choose(g, positive, 0, g.mul(gradient, at.input(0)), dims),
      );
    },
  },
  Elu: branches(
    () => 0,
    () => 1,
    (at) => at.g.add(at.output(), alphaOf(1)(at)),
  ),
  Selu: branches(
    () => 0,
    ({ node }) => floatAttribute(node, 'gamma', 1.0507009873554805),
    (at) =>
      at.g.add(at.output(), floatAttribute(at.node, 'gamma', 1.0507009873554805) * alphaOf(1.6732632423543772)(at)),
  ),
  Celu: branches(
    () => 0,
    () => 1,
    (at) => at.g.op('Exp', [at.g.div(at.input(0), alphaOf(1)(at))]),
  ),
  ThresholdedRelu: branches(
    alphaOf(1),
    () => 1,
    () => 0,
  ),
  Sigmoid: unary(({ g, output }) => g.mul(output(), g.sub(1, output()))),
  HardSigmoid: unary((at) => {
    const { g, output } = at;
    return g.mul(g.mul(g.mask('Greater', output(), 0), g.mask('Less', output(), 1)), alphaOf(0.2)(at));
  }),
  // x clip(x/6 + 1/2, 0, 1): 0 below -3, 1 above 3, x/3 + 1/2 between.
  HardSwish: branches(
    () => 3,
    () => 1,
    ({ g, input }) => g.mul(g.mask('GreaterOrEqual', input(0), -3), g.add(g.div(input(0), 3), 0.5)),
  ),
  // x t with t = tanh(softplus(x)): t + x (1 - t²) sigmoid(x).
  Mish: unary(({ g, input }) => {
    const x = input(0);
    const t = g.op('Tanh', [g.op('Softplus', [x])]);
    return g.add(t, g.mul(g.mul(x, g.sub(1, g.mul(t, t))), g.op('Sigmoid', [x])));
  }),
  Softplus: unary(({ g, input }) => g.op('Sigmoid', [input(0)])),
  Softsign: unary(({ g, input }) => {
    const below = g.add(1, g.op('Abs', [input(0)]));
    return g.div(1, g.mul(below, below));
  }),
  Gelu: gelu,
  Swish: swish(alphaOf(1)),
  'com.microsoft.QuickGelu': swish(alphaOf(1.702)),
  Clip: clip,
  // x + bias below -lambd, x - bias above it, 0 between.
  Shrink: unary(({ g, node, input }) => g.mask('Greater', g.op('Abs', [input(0)]), floatAttribute(node, 'lambd', 0.5))),
};

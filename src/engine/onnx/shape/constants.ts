import type { Dimension } from '../../../shared/model.js';
import { integerAttribute } from '../graphIndex.js';
import { broadcast, type Fact, fromStart, isNumber, type Rule, unknown } from './facts.js';

/** Rules for the values of shapes on their way through a graph: Shape, Gather, Mul, Concat, Reshape. */
const mostValues = 64;

export const constant: Rule = ({ node }) => {
  for (const [name, attribute] of node.attributes) {
    if (attribute.type === 'tensor') {
      return [{ shape: attribute.value.dims, values: attribute.value.values }];
    }
    if (name === 'value_int' || name === 'value_float') {
      return [
        { shape: [], values: attribute.type === 'int' || attribute.type === 'float' ? [attribute.value] : undefined },
      ];
    }
    if (attribute.type === 'ints' || attribute.type === 'floats') {
      return [{ shape: [attribute.value.length], values: attribute.value }];
    }
  }
  return [unknown];
};

export const constantOfShape: Rule = ({ node, input }) => {
  const { values: shape } = input(0);
  if (!shape) {
    return [unknown];
  }
  const attribute = node.attributes.get('value');
  const fill = attribute?.type === 'tensor' ? attribute.value.values?.[0] : 0;
  const count = shape.reduce<number>((all, dim) => all * (isNumber(dim) ? dim : Number.NaN), 1);
  const values = count <= mostValues && fill !== undefined ? Array<number>(count).fill(fill) : undefined;
  return [{ shape, values }];
};

export const shapeOf: Rule = ({ node, shape }) => {
  const from = shape(0);
  if (!from) {
    return [{ shape: [null] }];
  }
  const start = clamp(fromStart(integerAttribute(node, 'start', 0), from.length), from.length);
  const end = clamp(fromStart(integerAttribute(node, 'end', from.length), from.length), from.length);
  const values = from.slice(start, end);
  return [{ shape: [values.length], values }];
};

const clamp = (at: number, rank: number): number => Math.min(Math.max(at, 0), rank);

export const sizeOf: Rule = ({ shape }) => {
  const from = shape(0);
  const values = from?.every(isNumber) ? [from.reduce((all, dim) => all * dim, 1)] : undefined;
  return [{ shape: [], values }];
};

/** Of what becomes a float, numbers are followed, on their way to be integers again; symbols are not. */
export const cast: Rule = ({ node, input }) => {
  const { shape, values } = input(0);
  const to = integerAttribute(node, 'to', 0);
  if (integerTypes.has(to)) {
    return [{ shape, values: values?.map((value) => (isNumber(value) ? Math.trunc(value) : value)), real: false }];
  }
  if (!floatTypes.has(to)) {
    return [{ shape }];
  }
  return [{ shape, values: values?.map((value) => (isNumber(value) ? value : null)), real: true }];
};

/** Numbers of TensorProto.DataType: int32, int64, bool. */
const integerTypes = new Set([6, 7, 9]);
/** float, float16, double, bfloat16. */
const floatTypes = new Set([1, 10, 11, 16]);

/** A function of each element, of values too. */
export const each =
  (compute: (value: number) => number): Rule =>
  ({ input }) => {
    const { shape, values } = input(0);
    return [{ shape, values: values?.map((value) => (isNumber(value) ? compute(value) : null)) }];
  };

/** Bounds are inputs since opset 11. */
export const clip: Rule = ({ node, input }) => {
  const { shape, values } = input(0);
  const bound = (position: number, otherwise: number): number | null => {
    if (!node.inputs[position]) {
      return node.inputs.length > 1 || node.attributes.size === 0 ? otherwise : null;
    }
    const value = input(position).values?.[0];
    return isNumber(value) ? value : null;
  };
  const [low, high] = [bound(1, -Infinity), bound(2, Infinity)];
  const bounded = (value: Dimension): Dimension =>
    isNumber(value) && low !== null && high !== null ? Math.min(Math.max(value, low), high) : null;
  return [{ shape, values: values?.map(bounded) }];
};

/** The same elements. */
export const same: Rule = ({ input }) => [{ shape: input(0).shape, values: input(0).values }];

/** The same shape, other elements; further outputs (a norm's statistics) have shapes of their own. */
export const like: Rule = ({ shape }) => [{ shape: shape(0) }];

/**
 * Broadcasting arithmetic, on shapes' values too.
 *
 * @param withSymbols the same where an operand has a symbol
 */
export const arithmetic =
  (
    compute: ((a: number, b: number) => number) | null,
    withSymbols: (a: Dimension, b: Dimension) => Dimension = () => null,
  ): Rule =>
  ({ node, opset, input }) => {
    // Before opset 7 the second operand was fitted to the first by attributes.
    if (opset < 7 && integerAttribute(node, 'broadcast', 0) === 1) {
      return [{ shape: input(0).shape }];
    }
    const facts = node.inputs.map((_, i) => input(i));
    const shape = broadcast(facts.map((fact) => fact.shape));
    const isReal = node.op === 'Div' && facts.some(({ real }) => real === true);
    return [
      {
        shape,
        values:
          compute && facts.length === 2
            ? computed(facts[0], facts[1], isReal ? exactly : compute, withSymbols)
            : undefined,
      },
    ];
  };

const exactly = (a: number, b: number): number => a / b;

function computed(
  a: Fact,
  b: Fact,
  compute: (a: number, b: number) => number,
  withSymbols: (a: Dimension, b: Dimension) => Dimension,
): readonly Dimension[] | undefined {
  if (
    !a.values ||
    !b.values ||
    (a.values.length !== b.values.length && a.values.length !== 1 && b.values.length !== 1)
  ) {
    return undefined;
  }
  const count = Math.max(a.values.length, b.values.length);
  return Array.from({ length: count }, (_, i): Dimension => {
    const x = a.values![a.values!.length === 1 ? 0 : i];
    const y = b.values![b.values!.length === 1 ? 0 : i];
    return isNumber(x) && isNumber(y) ? compute(x, y) : withSymbols(x, y);
  });
}

/** Broadcasting of operands that stand at these positions (quantised forms have scales between them). */
export const broadcastOf =
  (...positions: number[]): Rule =>
  ({ shape }) => [{ shape: broadcast(positions.map((position) => shape(position))) }];

export const where: Rule = ({ input, shape }) => {
  const shapes = broadcast([shape(0), shape(1), shape(2)]);
  const [test, yes, no] = [input(0).values, input(1).values, input(2).values];
  const values =
    test && yes && no && test.length === yes.length && yes.length === no.length
      ? test.map((truth, i) => (truth === null ? null : truth ? yes[i] : no[i]))
      : undefined;
  return [{ shape: shapes, values }];
};

/** Expand: broadcasting with a shape given as values. */
export const expand: Rule = ({ input, shape }) => {
  const { values } = input(1);
  return [{ shape: values ? broadcast([shape(0), values]) : null }];
};

export const range: Rule = ({ input }) => {
  const [start, limit, delta] = [input(0), input(1), input(2)].map((fact) => fact.values?.[0]);
  if (!isNumber(start) || !isNumber(limit) || !isNumber(delta) || delta === 0) {
    return [{ shape: [null] }];
  }
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const values = count <= mostValues ? Array.from({ length: count }, (_, i) => start + i * delta) : undefined;
  return [{ shape: [count], values }];
};

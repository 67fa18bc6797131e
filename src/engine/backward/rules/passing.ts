import type { Rule } from '../rule.js';
import { integerAttribute } from './attributes.js';

/** TensorProto.DataType of fractions: float, float16, double, bfloat16. */
const fractions = new Set([1, 10, 11, 16]);

/** Between fractions of different widths; to integers nothing goes back. */
export const cast: Rule = {
  by: [0],
  backward: ({ node, gradient }) => [fractions.has(integerAttribute(node, 'to', 1)) ? gradient : null],
};

/** Its first input, unchanged as far as gradients go. */
export const passed: Rule = { by: [0], backward: ({ gradient }) => [gradient] };

/** Constant wherever it has a derivative, or of integers: nothing goes back. */
export const stopped: Rule = { by: [], backward: () => [] };

export const stoppingOperators =
  `Shape Size ArgMax ArgMin Equal Less Greater LessOrEqual GreaterOrEqual Not And Or Xor IsNaN IsInf Floor Ceil Round Sign
   NonZero OneHot ConstantOfShape Range EyeLike RandomNormalLike RandomUniformLike Bernoulli NonMaxSuppression Unique
   Hardmax BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot StringNormalizer Multinomial`.split(/\s+/);

import type { Value } from '../emit/graphBuilder.js';
import type { Rule, RuleTable, Site } from '../rule.js';
import { integerAttribute, textAttribute } from './attributes.js';

/** Putting at indices and taking from them, in one of the two ways that ONNX has for it. */
interface Places {
  put(at: Site, data: Value, updates: Value, reduction: string): Value;
  take(at: Site, data: Value): Value;
}

const byElements: Places = {
  put: (at, data, updates, reduction) =>
    at.g.op('ScatterElements', [data, at.input(1), updates], {
      axis: integerAttribute(at.node, 'axis', 0),
      reduction,
    }),
  take: (at, data) => at.g.op('GatherElements', [data, at.input(1)], { axis: integerAttribute(at.node, 'axis', 0) }),
};
const bySlices: Places = {
  put: (at, data, updates, reduction) => at.g.op('ScatterND', [data, at.input(1), updates], { reduction }),
  take: (at, data) => at.g.op('GatherND', [data, at.input(1)], {}, { dims: at.inputDims(2) }),
};

/** Updates written over the data at indices, added to it, or joined with it in another way. */
const scatter = (places: Places): Rule => ({
  by: [0, 2],
  backward(at) {
    const reduction = textAttribute(at.node, 'reduction', 'none');
    const [data, updates] = (
      slopes[reduction] ?? (() => at.refuse(`with reduction "${reduction}" has no gradient here`))
    )(at, places);
    return [at.wants(0) ? data() : null, null, at.wants(2) ? updates() : null];
  },
});

type Shares = [data: () => Value, updates: () => Value];

const slopes: Record<string, (at: Site, places: Places) => Shares> = {
  none: (at, { put, take }) => [
    () => put(at, at.gradient, at.g.filled(at.inputDims(2), 0), 'none'),
    () => take(at, at.gradient),
  ],
  add: (at, { take }) => [() => at.gradient, () => take(at, at.gradient)],
  // The product of the others, without dividing by 0.
  mul(at, { put, take }) {
    const { g } = at;
    const isZero = (i: number): Value => g.mask('Equal', at.input(i), 0);
    const filled = (i: number): Value => g.add(at.input(i), isZero(i));
    const zeros = put(at, isZero(0), isZero(2), 'add');
    const others = g.mul(at.gradient, put(at, filled(0), filled(2), 'mul'));
    const none = g.mul(others, g.mask('Equal', zeros, 0));
    const only = g.mul(others, g.mask('Equal', zeros, 1));
    const share = (i: number, of: (value: Value) => Value): Value =>
      g.op('Where', [
        g.op('Equal', [at.input(i), 0], {}, { dims: at.inputDims(i) }),
        of(only),
        g.div(of(none), filled(i)),
      ]);
    return [() => share(0, (value) => value), () => share(2, (value) => take(at, value))];
  },
  max: (at, places) => largest(at, places),
  min: (at, places) => largest(at, places),
};

/** Where several are the largest (or smallest), each gets an equal share, as in PyTorch. */
function largest(at: Site, { put, take }: Places): Shares {
  const { g } = at;
  const isData = g.mask('Equal', at.input(0), at.output());
  const isUpdate = g.mask('Equal', at.input(2), take(at, at.output()));
  const share = g.div(at.gradient, put(at, isData, isUpdate, 'add'));
  return [() => g.mul(share, isData), () => g.mul(take(at, share), isUpdate)];
}

export const scatterRules: RuleTable = {
  ScatterND: scatter(bySlices),
  ScatterElements: scatter(byElements),
  Scatter: scatter(byElements),
};

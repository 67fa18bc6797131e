import type { Rule, RuleTable, Site } from '../../backward/index.js';
import type { Value } from '../../backward/index.js';

/** Operators that cut off what is below 0. */
const rectifiers = ['Relu', 'Clip', 'ThresholdedRelu'];

const byRectifier = (rule: Rule): RuleTable => Object.fromEntries(rectifiers.map((op) => [op, rule]));

const positive = ({ g, gradient }: Site): Value => g.op('Relu', [gradient]);

/** Where it is neither cut off below nor above. */
function passes(at: Site): Value {
  const { g, node } = at;
  const above = g.mask('Greater', at.output(), 0);
  if (node.op !== 'Clip' || !at.has(2)) return above;
  const [ceiling] = at.values(2) ?? [Infinity];
  return Number.isFinite(ceiling) ? g.mul(above, g.mask('Less', at.output(), ceiling)) : above;
}

/**
 * Guided backpropagation: what goes back through a rectifier is what is positive, where the rectifier lets its input
 * through. Springenberg et al. 2015.
 */
export const guidedRules: RuleTable = byRectifier({
  by: [0],
  backward: (at) => [at.g.mul(positive(at), passes(at))],
});

/** DeconvNet: what goes back through a rectifier is what is positive, whatever its input was. Zeiler and Fergus 2014. */
export const deconvRules: RuleTable = byRectifier({ by: [0], backward: (at) => [positive(at)] });

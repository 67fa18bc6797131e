import type { Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { integerAttribute, textAttribute } from './attributes.js';

/** -Σ w log p of the classes that were right, of batch × classes ×…; labels that are ignored count nothing. */
function likelihoodLoss(at: Inputs, logarithms: Value): Value {
  const { g, node } = at;
  const labels = at.inputDims(1);
  const [batch, ...rest] = labels;
  const ignored = node.attributes.has('ignore_index') ? integerAttribute(node, 'ignore_index', 0) : null;
  const given = g.op('Cast', [at.input(1)], { to: 7 });
  const isIgnored = ignored === null ? null : g.op('Equal', [given, g.ints([ignored], [])], {}, { dims: labels });
  const label = isIgnored === null ? given : g.op('Where', [isIgnored, g.ints([0], []), given], {}, { dims: labels });
  const picked = g.op('GatherElements', [logarithms, g.reshape(label, [batch, 1, ...rest])], { axis: 1 });
  const own = at.has(2) ? g.op('Gather', [at.input(2), label], { axis: 0 }) : g.filled(labels, 1);
  const weight = isIgnored === null ? own : g.mul(own, g.sub(1, g.float(isIgnored)));
  const losses = g.neg(g.mul(weight, g.reshape(picked, labels)));
  const axes = labels.map((_, axis) => axis);
  switch (textAttribute(node, 'reduction', 'mean')) {
    case 'none':
      return losses;
    case 'sum':
      return g.sum(losses, axes);
    default:
      return g.div(g.sum(losses, axes), g.sum(weight, axes));
  }
}

/** Losses that training graphs end in: by what is scored, not by the weights of the classes. */
export const likelihood: Definition = { by: [0], define: (at) => [likelihoodLoss(at, at.input(0))] };

export const crossEntropy: Definition = {
  by: [0],
  define(at) {
    const logarithms = at.g.op('LogSoftmax', [at.input(0)], { axis: 1 });
    return [likelihoodLoss(at, logarithms), logarithms];
  },
};

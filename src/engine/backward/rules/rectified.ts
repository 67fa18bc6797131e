import type { GraphBuilder, Value } from '../emit/graphBuilder.js';

/** By graph: gradients that are 0 already wherever the rectifiers that they arrive at give 0. */
const rectified = new WeakMap<GraphBuilder, Set<Value>>();

export const isRectifiedGradient = (g: GraphBuilder, gradient: Value): boolean =>
  rectified.get(g)?.has(gradient) ?? false;

/** Says so of a gradient. */
export function rectifiedGradient(g: GraphBuilder, gradient: Value): Value {
  const known = rectified.get(g) ?? new Set();
  rectified.set(g, known.add(gradient));
  return gradient;
}

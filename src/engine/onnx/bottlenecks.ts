import { indexOf } from './graphIndex.js';
import type { OnnxModel } from './model.js';
import { inferFacts } from './shape/index.js';

/** Give sizes, which are no activations. */
const sizes = new Set(['Shape', 'Size']);

/**
 * The tensors that everything which leads from the inputs to a tensor passes through: a residual sum, but neither of its two
 * branches; the concatenation of an inception module, but none of its convolutions.
 */
export function bottlenecks(model: OnnxModel, tensor: string): ReadonlySet<string> {
  const { sorted } = indexOf(model);
  const facts = inferFacts(model);
  const activations = new Set(model.graph.inputs.map(({ name }) => name).filter((name) => !facts.get(name)?.constant));
  for (const { op, inputs, outputs } of sorted) {
    if (!sizes.has(op) && inputs.some((name) => activations.has(name)))
      outputs.forEach((name) => activations.add(name));
  }
  const found = new Set<string>();
  // What is computed up to a node and used behind it; alone, it is all that gets through there.
  const open = new Set([tensor]);
  for (const { inputs, outputs } of [...sorted].reverse()) {
    if (!outputs.some((name) => open.has(name))) continue;
    if (open.size === 1) found.add([...open][0]);
    outputs.forEach((name) => open.delete(name));
    for (const name of inputs) if (activations.has(name)) open.add(name);
  }
  return found;
}

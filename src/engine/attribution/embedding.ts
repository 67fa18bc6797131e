import { indexOf } from '../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../onnx/index.js';

/** Operators that hand whole numbers on as they are. */
const passing = new Set(['Cast', 'Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand', 'Clip']);

/**
 * The tensor in which whole numbers of an input have become vectors of fractions: what a Gather looks them up in a table,
 * a one-hot code of them, or the result of a fused embedding.
 *
 * @returns null where none of these is found
 */
export function embeddingOf(model: OnnxModel, input: string): string | null {
  const tokens = new Set([input]);
  const codes = new Set<string>();
  for (const node of indexOf(model).sorted) {
    const { op, inputs, outputs } = node;
    if (isLookup(node, tokens)) return outputs[0];
    if (op === 'Cast' && codes.has(inputs[0])) return outputs[0];
    if (op === 'Where' && codes.has(inputs[0])) return outputs[0];
    if (op === 'Equal' && inputs.some((name) => tokens.has(name))) codes.add(outputs[0]);
    if (passing.has(op)) {
      if (tokens.has(inputs[0])) tokens.add(outputs[0]);
      if (codes.has(inputs[0])) codes.add(outputs[0]);
    }
  }
  return null;
}

function isLookup({ op, inputs }: Node, tokens: ReadonlySet<string>): boolean {
  if (op === 'Gather') return tokens.has(inputs[1]) && !tokens.has(inputs[0]);
  return (op === 'OneHot' || op === 'EmbedLayerNormalization') && tokens.has(inputs[0]);
}

import { indexOf } from '../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../onnx/index.js';

/** Operators that hand whole numbers on as they are. */
const passing = new Set(['Cast', 'Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand', 'Clip']);

/**
 * The tensor in which whole numbers of an input have become fractions: what a Gather looks them up as in a table, a one-hot
 * code of them, or the result of a fused embedding; without these, the numbers themselves as a Cast or DequantizeLinear
 * hands them on (the bytes of a picture).
 * A lookup goes before the others: tokens are compared with the padding's too, to mask it.
 *
 * @returns null where none of these is found
 */
export function embeddingOf(model: OnnxModel, input: string): string | null {
  const tokens = new Set([input]);
  const codes = new Set<string>();
  let code: string | null = null;
  let number: string | null = null;
  for (const node of indexOf(model).sorted) {
    const { op, inputs, outputs } = node;
    if (isLookup(node, tokens)) return outputs[0];
    if ((op === 'Cast' || op === 'Where') && codes.has(inputs[0])) code ??= outputs[0];
    if (op === 'Equal' && inputs.some((name) => tokens.has(name))) codes.add(outputs[0]);
    if (becomesFractions(node) && tokens.has(inputs[0])) number ??= outputs[0];
    if (passing.has(op)) {
      if (tokens.has(inputs[0])) tokens.add(outputs[0]);
      if (codes.has(inputs[0])) codes.add(outputs[0]);
    }
  }
  return code ?? number;
}

/** Float, float16, double and bfloat16 as TensorProto numbers them. */
const fractions: ReadonlySet<unknown> = new Set([1, 10, 11, 16]);

const becomesFractions = ({ op, attributes }: Node): boolean =>
  op === 'DequantizeLinear' || (op === 'Cast' && fractions.has(attributes.get('to')?.value));

function isLookup({ op, inputs }: Node, tokens: ReadonlySet<string>): boolean {
  if (op === 'Gather') return tokens.has(inputs[1]) && !tokens.has(inputs[0]);
  return (op === 'OneHot' || op === 'EmbedLayerNormalization') && tokens.has(inputs[0]);
}

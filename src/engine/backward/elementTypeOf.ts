import { elementTypeName } from '../onnx/elementType.js';
import { indexOf, integerAttribute } from '../onnx/graphIndex.js';
import type { OnnxModel } from '../onnx/index.js';

const words = (text: string): Set<string> => new Set(text.split(' '));
const comparing = words('Equal Less Greater LessOrEqual GreaterOrEqual Not And Or Xor IsNaN IsInf');
/** Whose elements are those of their first input. */
const moving = words(
  'Identity Reshape Expand Unsqueeze Squeeze Slice Concat Gather Transpose Tile Flatten Trilu Split',
);

/** A tensor's element type (`float`, `bool`, `uint8`): as the file states it, or by what computes it; null: not known. */
export function elementTypeOf(model: OnnxModel, name: string): string | null {
  const index = indexOf(model);
  for (let at = name; ;) {
    const stated = model.graph.values.get(at)?.type ?? index.constant(at)?.type;
    if (stated) return stated;
    const node = index.producer.get(at);
    if (!node) return null;
    if (comparing.has(node.op)) return 'bool';
    if (node.op === 'Cast') return elementTypeName(integerAttribute(node, 'to', 1));
    const next = moving.has(node.op) ? node.inputs[0] : node.op === 'Where' ? node.inputs[1] : undefined;
    if (next === undefined) return null;
    at = next;
  }
}

import { indexOf } from '../onnx/graphIndex.js';
import { inferFacts } from '../onnx/shape/index.js';
import type { Node, OnnxModel } from '../onnx/model.js';

/** Channels of a detector that scores every place of a grid: which of them are what. */
export interface DetectorHead {
  /** Of the output, with its batch, and how many axes that has. */
  axis: number;
  rank: number;
  firstClass: number;
  classes: number;
  /** The channel that says whether there is anything at all; null where there is none. */
  objectness: number | null;
  /** The tensors of the classes, and of the objectness or else the box. */
  parts: string[];
}

/** Operators that change neither values nor what they stand for, only where they stand. */
const moving = new Set(['Identity', 'Cast', 'Transpose', 'Reshape']);
const squashing = new Set(['Sigmoid', 'Softmax', 'LogSoftmax', 'HardSigmoid']);

/**
 * A segmentation's channels are classes, and come from one convolution or resize. A detector's are put together from parts that
 * mean different things, each from a convolution of its own: 4 coordinates, as a rule an objectness (or centerness), and the
 * classes. Where there are only two parts, only the classes are squashed.
 *
 * @returns null where the output is not put together so, or the structure does not say how large its parts are
 */
export function detectorHead(model: OnnxModel, output: string): DetectorHead | null {
  const { producer } = indexOf(model);
  const facts = inferFacts(model);
  let node = producer.get(output);
  while (node && (node.op === 'Identity' || node.op === 'Cast' || node.op === 'Sigmoid'))
    node = producer.get(node.inputs[0]);
  if (node?.op !== 'Concat') return null;
  const shapes = node.inputs.map((name) => facts.get(name)?.shape ?? []);
  const rank = shapes[0].length;
  const stated = node.attributes.get('axis');
  const axis = stated?.type === 'int' ? (stated.value + rank) % rank : NaN;
  // Batch, channels and two axes of places, in any order; without the batch in some.
  if (!(rank === 3 || rank === 4) || !Number.isInteger(axis)) return null;
  const sizes = shapes.map((shape) => shape[axis]);
  if (!sizes.every((size): size is number => typeof size === 'number')) return null;
  const parts = node.inputs.map((name, i) => ({
    name,
    first: sizes.slice(0, i).reduce((sum, size) => sum + size, 0),
    size: sizes[i],
    isSquashed: isSquashed(producer, name),
  }));
  const box = parts.find(({ size, isSquashed: squashed }) => size === 4 && !squashed);
  const others = parts.filter((part) => part !== box);
  if (!box) return null;
  const place = { axis, rank };
  if (others.length === 1 && others[0].isSquashed) {
    const [{ name, first, size }] = others;
    return { ...place, firstClass: first, classes: size, objectness: null, parts: [name, box.name] };
  }
  const object = others.find(({ size }) => size === 1);
  const classes = others.find((part) => part !== object);
  if (others.length !== 2 || !object || !classes) return null;
  const scored = [classes.name, object.name];
  return { ...place, firstClass: classes.first, classes: classes.size, objectness: object.first, parts: scored };
}

function isSquashed(producer: ReadonlyMap<string, Node>, name: string): boolean {
  let node = producer.get(name);
  while (node && moving.has(node.op)) node = producer.get(node.inputs[0]);
  return node !== undefined && squashing.has(node.op);
}

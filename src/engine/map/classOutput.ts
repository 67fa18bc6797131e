import path from 'node:path';
import type { Node, OnnxModel, ValueInfo } from '../onnx/model.js';
import { UserError } from '../../shared/userError.js';

/** The output that scores classes, and the tensor that holds its logits. */
export interface ClassOutput {
  output: string;
  /** What enters the final Softmax, LogSoftmax or Sigmoid; the output itself where there is none. */
  logits: string;
  /** How logits become probabilities. */
  link: 'softmax' | 'sigmoid';
  notes: string[];
}

/** Operators that change neither values nor their order, between a softmax and the output. */
const passing = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast', 'Dropout']);
const links: Record<string, ClassOutput['link']> = { Softmax: 'softmax', LogSoftmax: 'softmax', Sigmoid: 'sigmoid' };

/** Four numbers for each score of another output, where boxes were suppressed for others: the places of those left. */
const isBoxes = ({ shape }: ValueInfo, outputs: readonly ValueInfo[], nodes: readonly Node[]): boolean =>
  shape?.at(-1) === 4 &&
  outputs.some((other) => other.shape?.length === shape.length - 1) &&
  nodes.some(({ op }) => op === 'NonMaxSuppression');

/** The scores of an output that scikit-learn's converter made maps from class to score of, which ONNX Runtime keeps apart. */
function scoresOfMaps({ graph }: OnnxModel, name: string | null): Pick<ValueInfo, 'name'> | undefined {
  const maps = graph.nodes.find(
    ({ op, outputs: [output] }) =>
      op === 'ZipMap' && (name === null ? graph.outputs.some((one) => one.name === output) : output === name),
  );
  return maps && { name: maps.inputs[0] };
}

/**
 * @param name of the output; null: the first float output that does not hold the boxes of another one's scores
 * @throws UserError where the model has no such output
 */
export function classOutput(model: OnnxModel, name: string | null): ClassOutput {
  const { outputs, nodes } = model.graph;
  const floats = outputs.filter(({ type }) => /^(float|double|bfloat)/.test(type) || type === '');
  const chosen =
    name === null
      ? (floats.find((one) => !isBoxes(one, floats, nodes)) ?? floats[0] ?? scoresOfMaps(model, null))
      : (scoresOfMaps(model, name) ?? outputs.find((output) => output.name === name));
  if (!chosen) {
    throw new UserError(
      `${path.basename(model.path)}: ${name === null ? 'no output holds class scores' : `there is no output "${name}"`}`,
      {
        hint: `the outputs are ${outputs.map((output) => `"${output.name}"`).join(', ') || 'none'}`,
        code: 'map/output',
      },
    );
  }
  const notes =
    name === null && floats.length > 1
      ? [
          chosen === floats[0]
            ? `Classes are those of output "${chosen.name}", the first of ${floats.length}.`
            : `Scores are those of output "${chosen.name}"; "${floats[0].name}" holds boxes.`,
        ]
      : [];
  const madeBy = new Map<string, Node>(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  for (let node = madeBy.get(chosen.name); node; node = madeBy.get(node.inputs[0])) {
    if (node.domain === '' && Object.hasOwn(links, node.op)) {
      return { output: chosen.name, logits: node.inputs[0], link: links[node.op], notes };
    }
    if (!passing.has(node.op)) break;
  }
  return { output: chosen.name, logits: chosen.name, link: 'softmax', notes };
}

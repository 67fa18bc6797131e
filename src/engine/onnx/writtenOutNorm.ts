import { indexOf, integerAttribute, integersAttribute } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { inferFacts } from './shape/index.js';

/** A normalisation that the file has as several nodes, for want of an operator in its opset. */
export interface WrittenOutNorm {
  op: 'LayerNormalization' | 'RMSNormalization' | 'GroupNormalization';
  /** From the division, or the normalisation of the groups, to the bias. */
  nodes: Node[];
  output: string;
}

/**
 * The normalisation whose division a node is: d / √(mean(d²) + ε), times a weight, plus a bias, where d is a tensor less
 * its own mean (Ba et al. 2016) or a tensor as it is (Zhang and Sennrich 2019); or whose groups a node normalises, between
 * two Reshapes (Wu and He 2018). Null where it is none.
 */
export function writtenOutNorm(model: OnnxModel, node: Node): WrittenOutNorm | null {
  const ungrouping = ungroupedBy(model, node);
  if (ungrouping) {
    return { op: 'GroupNormalization', ...withAffine(model, [node, ungrouping], ['Mul', 'Add']) };
  }
  const divided = dividedBySpread(model, node);
  if (divided === null) return null;
  const centred = producerOf(model, divided);
  const mean = centred?.op === 'Sub' && isMean(model, centred.inputs[1]) ? producerOf(model, centred.inputs[1]) : null;
  return mean && mean.inputs[0] === centred!.inputs[0]
    ? { op: 'LayerNormalization', ...withAffine(model, [node], ['Mul', 'Add']) }
    : { op: 'RMSNormalization', ...withAffine(model, [node], ['Mul']) };
}

/** The second Reshape of a group normalisation whose groups a node normalises, by scales and biases of 1 and 0. */
export function ungroupedBy(model: OnnxModel, { op, outputs: [output] }: Node): Node | null {
  const next = op === 'InstanceNormalization' ? onlyConsumer(model, output) : null;
  return next && groupNormInput(model, next) !== null ? next : null;
}

/** What a group normalisation is of whose second Reshape a node is, which gives the axes back that the first one took. */
export function groupNormInput(model: OnnxModel, { op, inputs }: Node): string | null {
  const norm = op === 'Reshape' ? producerOf(model, inputs[0]) : undefined;
  const first = norm?.op === 'InstanceNormalization' ? producerOf(model, norm.inputs[0]) : undefined;
  return first?.op === 'Reshape' ? first.inputs[0] : null;
}

/** The nodes and those behind them that scale and shift by constants. */
function withAffine(model: OnnxModel, nodes: Node[], ops: readonly string[]): Pick<WrittenOutNorm, 'nodes' | 'output'> {
  for (const op of ops) {
    const next = onlyConsumer(model, nodes.at(-1)!.outputs[0]);
    if (next?.op === op && next.inputs.some((name) => isConstant(model, name))) nodes.push(next);
  }
  return { nodes, output: nodes.at(-1)!.outputs[0] };
}

/** What d is in d / √(mean(d²) + ε), or in d · (1 / √…); null where the node is no such thing. */
function dividedBySpread(model: OnnxModel, { op, domain, inputs }: Node): string | null {
  if (domain !== '') return null;
  if (op === 'Div') return squaredUnderRoot(model, inputs[1]) === inputs[0] ? inputs[0] : null;
  if (op !== 'Mul') return null;
  const pairs = [
    [inputs[0], inputs[1]],
    [inputs[1], inputs[0]],
  ];
  return pairs.find(([d, inverse]) => squaredUnderRoot(model, inverted(model, inverse)) === d)?.[0] ?? null;
}

/** The tensor that a tensor is 1 over. */
function inverted(model: OnnxModel, tensor: string): string {
  const node = producerOf(model, tensor);
  if (node?.op === 'Reciprocal') return node.inputs[0];
  return node?.op === 'Div' && isConstant(model, node.inputs[0]) ? node.inputs[1] : '';
}

/** The tensor d that √(mean(d²) + ε) is made of. */
function squaredUnderRoot(model: OnnxModel, tensor: string): string | null {
  const root = producerOf(model, tensor);
  const sum = root?.op === 'Sqrt' ? producerOf(model, root.inputs[0]) : undefined;
  if (sum?.op !== 'Add') return null;
  const variance = sum.inputs.find((name) => !isConstant(model, name));
  if (variance === undefined || !isMean(model, variance)) return null;
  const square = producerOf(model, producerOf(model, variance)!.inputs[0]);
  if (!square) return null;
  const [base, other] = square.inputs;
  const exponent = inferFacts(model).get(other)?.values?.[0] ?? 2;
  return (square.op === 'Pow' && exponent === 2) || (square.op === 'Mul' && base === other) ? base : null;
}

/** Along one axis, which is kept. */
function isMean(model: OnnxModel, tensor: string): boolean {
  const node = producerOf(model, tensor);
  if (node?.op !== 'ReduceMean' || integerAttribute(node, 'keepdims', 1) !== 1) return false;
  const axes = integersAttribute(node, 'axes') ?? inferFacts(model).get(node.inputs[1] ?? '')?.values;
  return axes?.length === 1;
}

function onlyConsumer(model: OnnxModel, tensor: string): Node | null {
  const index = indexOf(model);
  const behind = index.consumers(tensor);
  return behind.length === 1 && !index.outputs.has(tensor) ? behind[0] : null;
}

const producerOf = (model: OnnxModel, tensor: string): Node | undefined => indexOf(model).producer.get(tensor);
const isConstant = (model: OnnxModel, tensor: string): boolean => inferFacts(model).get(tensor)?.constant === true;

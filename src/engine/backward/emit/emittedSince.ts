import { type EmittedNode, emittedOpset } from './modelBytes.js';

/**
 * By version of the default operator set, the operators that mean from then on what the rules mean by them: with those
 * inputs and attributes, on those types. What is not here is taken to need the version that the rules are written in.
 */
const since: Readonly<Record<number, string>> = {
  7: 'Abs Add And Concat Conv ConvTranspose Cos Div Elu Exp Floor HardSigmoid Identity LeakyRelu Log Mul Neg Pow Reciprocal Relu Sigmoid Sin Softplus Softsign Sqrt Sub Tanh Transpose',
  9: 'Cast Cosh Erf Expand Greater IsNaN Less MatMul Reshape Sign Sinh Sum Where',
  10: 'ReverseSequence ThresholdedRelu',
  11: 'BitShift Equal Gather GatherElements Gemm MaxUnpool Pad Range Round Scan Slice',
  12: 'ArgMax Clip Einsum GatherND GreaterOrEqual LessOrEqual Max MaxPool Min',
  13: 'LogSoftmax ReduceSum Softmax Split',
  14: 'CumSum Trilu',
  16: 'ScatterElements ScatterND',
  17: 'LayerNormalization',
  18: 'BitwiseAnd ReduceMax ReduceMean ReduceMin ReduceProd',
  19: 'AveragePool',
  20: 'DFT Gelu',
};

const versions = new Map(
  Object.entries(since).flatMap(([version, operators]) => operators.split(' ').map((op) => [op, Number(version)])),
);

/** The oldest version of the default operator set in which all the nodes mean what they do in the newest. */
export function emittedSince(nodes: readonly EmittedNode[]): number {
  return Math.max(7, ...nodes.map((node) => (node.domain === '' ? versionOf(node) : 7)));
}

function versionOf({ op, attributes, bodies }: EmittedNode): number {
  const within = [...(bodies?.values() ?? [])].map(({ nodes }) => emittedSince(nodes));
  return Math.max(versionOfOperator(op, attributes), ...within);
}

function versionOfOperator(op: string, attributes: EmittedNode['attributes']): number {
  // Without these attributes the older ones do the same.
  if (op === 'AveragePool' && !attributes.has('dilations')) return 11;
  if (op === 'Reshape' && attributes.has('allowzero')) return 14;
  return versions.get(op) ?? emittedOpset;
}

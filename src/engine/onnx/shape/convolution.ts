import type { Dimension } from '../../../shared/model.js';
import { integerAttribute, integersAttribute, textAttribute } from '../graphIndex.js';
import type { Node } from '../model.js';
import { isNumber, type Operands, type Rule, type Shape, unknown } from './facts.js';

/**
 * Size of a convolution's or pool's output on each spatial axis, as ONNX defines it:
 * floor((in + pads - dilation × (kernel - 1) - 1) / stride) + 1, or ceil with `ceil_mode`.
 */
function slid(node: Node, spatial: Shape, kernel: Shape): Dimension[] {
  const strides = integersAttribute(node, 'strides') ?? [];
  const dilations = integersAttribute(node, 'dilations') ?? [];
  const pads = integersAttribute(node, 'pads') ?? [];
  const autoPad = textAttribute(node, 'auto_pad', 'NOTSET');
  const round = integerAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return spatial.map((size, i) => {
    const extent = kernel[i];
    if (!isNumber(size) || !isNumber(extent)) {
      return null;
    }
    const stride = strides[i] ?? 1;
    if (autoPad.startsWith('SAME')) {
      return Math.ceil(size / stride);
    }
    const padding = autoPad === 'VALID' ? 0 : (pads[i] ?? 0) + (pads[i + spatial.length] ?? 0);
    const reach = (dilations[i] ?? 1) * (extent - 1) + 1;
    let count = round((size + padding - reach) / stride) + 1;
    // A window that would begin in the padding at the end is not taken.
    if (round === Math.ceil && (count - 1) * stride >= size + (pads[i] ?? 0)) {
      count--;
    }
    return count;
  });
}

/** @param weight position of the kernel, output channels × input channels per group × spatial */
export const convolution =
  (weight: number): Rule =>
  ({ node, shape }) => {
    const input = shape(0);
    const kernel = shape(weight);
    if (!kernel) {
      return [input ? { shape: [input[0], ...input.slice(1).map(() => null)] } : unknown];
    }
    const batch = input ? input[0] : null;
    if (channelsLast(node)) {
      const spatial = input?.slice(1, -1) ?? kernel.slice(2).map(() => null);
      return [{ shape: [batch, ...slid(node, spatial, kernel.slice(2)), kernel[0]] }];
    }
    const spatial = input?.slice(2) ?? kernel.slice(2).map(() => null);
    return [{ shape: [batch, kernel[0], ...slid(node, spatial, kernel.slice(2))] }];
  };

/** Operators of com.microsoft that work on N × H × W × C. */
export const channelsLast = (node: Node): boolean =>
  integerAttribute(node, 'channels_last', 0) === 1 || node.op.startsWith('Nhwc');

/** The kernel is input channels × output channels per group × spatial. */
export const transposedConvolution: Rule = ({ node, shape }) => {
  const input = shape(0);
  const kernel = shape(1);
  if (!kernel) {
    return [unknown];
  }
  const channels = isNumber(kernel[1]) ? kernel[1] * integerAttribute(node, 'group', 1) : null;
  const strides = integersAttribute(node, 'strides') ?? [];
  const dilations = integersAttribute(node, 'dilations') ?? [];
  const pads = integersAttribute(node, 'pads') ?? [];
  const extra = integersAttribute(node, 'output_padding') ?? [];
  const fixed = integersAttribute(node, 'output_shape');
  const same = textAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const axes = kernel.length - 2;
  const spatial = Array.from({ length: axes }, (_, i): Dimension => {
    const size = input?.[i + 2];
    const extent = kernel[i + 2];
    if (fixed) {
      return fixed[fixed.length - axes + i];
    }
    if (!isNumber(size) || !isNumber(extent)) {
      return null;
    }
    const stride = strides[i] ?? 1;
    if (same) {
      return size * stride;
    }
    const padding = (pads[i] ?? 0) + (pads[i + axes] ?? 0);
    return stride * (size - 1) + (extra[i] ?? 0) + (extent - 1) * (dilations[i] ?? 1) + 1 - padding;
  });
  return [{ shape: [input ? input[0] : null, channels, ...spatial] }];
};

export const pool: Rule = ({ node, shape }) => {
  const input = shape(0);
  const kernel = integersAttribute(node, 'kernel_shape');
  if (!input || !kernel) {
    return [unknown];
  }
  const pooled = channelsLast(node)
    ? [input[0], ...slid(node, input.slice(1, -1), kernel), input[input.length - 1]]
    : [input[0], input[1], ...slid(node, input.slice(2), kernel)];
  return [{ shape: pooled }, { shape: pooled }];
};

export const globalPool: Rule = ({ node, shape }) => {
  const input = shape(0);
  const channels = channelsLast(node) ? (input?.length ?? 0) - 1 : 1;
  return [{ shape: input && input.map((dim, axis) => (axis === 0 || axis === channels ? dim : 1)) }];
};

export const depthToSpace: Rule = (operands) => blocks(operands, 1);
export const spaceToDepth: Rule = (operands) => blocks(operands, -1);

function blocks({ node, shape }: Operands, direction: 1 | -1): { shape: Shape | null }[] {
  const input = shape(0);
  const size = integerAttribute(node, 'blocksize', 1);
  if (input?.length !== 4) {
    return [unknown];
  }
  const [batch, channels, ...plane] = input;
  const scaled = (dim: Dimension, factor: number): Dimension => (isNumber(dim) ? dim * factor : null);
  return [
    {
      shape: [
        batch,
        scaled(channels, direction === 1 ? 1 / size ** 2 : size ** 2),
        ...plane.map((dim) => scaled(dim, size ** direction)),
      ],
    },
  ];
}

/** Places are those of the grid, N × D × H × W × coordinates. */
export const gridSample: Rule = ({ shape }) => {
  const input = shape(0);
  const grid = shape(1);
  return [input && grid ? { shape: [input[0], input[1], ...grid.slice(1, -1)] } : unknown];
};

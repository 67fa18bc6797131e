import type { Inputs } from '../rule.js';
import { integersAttribute, textAttribute } from './attributes.js';

/** How a kernel slides over one spatial axis. */
export interface Slide {
  /** Of the tensor that it slides over. */
  size: number;
  /** Steps that it takes. */
  steps: number;
  kernel: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

/** The window of a convolution or pool, axis by axis, with `auto_pad` worked out. */
export function slides(
  { node }: Inputs,
  sizes: readonly number[],
  steps: readonly number[],
  kernels: readonly number[],
): Slide[] {
  const strides = integersAttribute(node, 'strides') ?? [];
  const dilations = integersAttribute(node, 'dilations') ?? [];
  const pads = integersAttribute(node, 'pads') ?? [];
  const autoPad = textAttribute(node, 'auto_pad', 'NOTSET');
  return sizes.map((size, i) => {
    const kernel = kernels[i];
    const stride = strides[i] ?? 1;
    const dilation = dilations[i] ?? 1;
    let [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[i] ?? 0, pads[i + sizes.length] ?? 0];
    if (autoPad.startsWith('SAME')) {
      const padding = Math.max(0, (steps[i] - 1) * stride + reach({ kernel, dilation }) - size);
      const less = Math.floor(padding / 2);
      [before, after] = autoPad === 'SAME_LOWER' ? [padding - less, less] : [less, padding - less];
    }
    return { size, steps: steps[i], kernel, stride, dilation, before, after };
  });
}

/** Places that a kernel spans. */
export const reach = ({ kernel, dilation }: Pick<Slide, 'kernel' | 'dilation'>): number => (kernel - 1) * dilation + 1;

/** Attributes of a node that slides in this way. */
export const windowAttributes = (
  window: readonly Slide[],
): { strides: number[]; dilations: number[]; pads: number[] } => ({
  strides: window.map(({ stride }) => stride),
  dilations: window.map(({ dilation }) => dilation),
  pads: [...window.map(({ before }) => before), ...window.map(({ after }) => after)],
});

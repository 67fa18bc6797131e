import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import { toEnd } from '../emit/graphBuilder.js';
import type { Inputs, Rule } from '../rule.js';
import { integerAttribute, integersAttribute, textAttribute } from './attributes.js';
import { reach, type Slide, slides, windowAttributes } from './window.js';

/** y = W * x + b, for any number of spatial axes. */
export const convolution: Rule = {
  backward(at) {
    const { g, gradient } = at;
    const group = integerAttribute(at.node, 'group', 1);
    const weightDims = at.inputDims(1);
    const window = slides(at, at.inputDims(0).slice(2), at.outputDims().slice(2), weightDims.slice(2));
    return [
      at.wants(0) ? convolutionInput(g, gradient, at.input(1), group, window) : null,
      at.wants(1) ? convolutionWeight(g, at.input(0), gradient, group, window) : null,
      at.wants(2) ? g.sum(gradient, [0, ...window.map((_, i) => i + 2)]) : null,
    ];
  },
};

/**
 * What a convolution's input gets: dx[i] = Σ_k W[k]ᵀ dy[(i + pad - k × dilation) / stride]. With stride 1 that is a
 * convolution with the kernel turned round and its channels swapped, which costs what the forward one costs; ONNX Runtime
 * prepares that kernel once. Otherwise a transposed convolution, or one with stride 1 over the gradient with zeros between.
 */
export function convolutionInput(
  g: GraphBuilder,
  gradient: Value,
  weight: Value,
  group: number,
  window: readonly Slide[],
): Value {
  const turned = window.map((slide): Slide => ({
    ...slide,
    before: reach(slide) - 1 - slide.before,
    after: slide.size - slide.steps + slide.before,
  }));
  if (turned.every(({ stride, before, after }) => stride === 1 && before >= 0 && after >= 0)) {
    return g.op('Conv', [gradient, turnedKernel(g, weight, group)], { group, ...windowAttributes(turned) });
  }
  const filled = filledConvolution(g, gradient, weight, group, window);
  if (filled !== null) return filled;
  // The places that the windows cover, from the first of the padding on.
  const covered = window.map((slide) => (slide.steps - 1) * slide.stride + reach(slide));
  const missing = window.map(({ before, size }, i) => before + size - covered[i]);
  const attributes = windowAttributes(window.map((slide, i) => ({ ...slide, after: Math.max(0, -missing[i]) })));
  const outputPadding = missing.map((count) => Math.max(0, count));
  const batch = g.dims(gradient)[0];
  const dims = [batch, g.dims(weight)[1] * group, ...window.map(({ size }) => size)];
  // The places behind the last window get nothing. ONNX Runtime takes an output padding below stride or dilation only.
  const fits = window.every(({ stride, dilation }, i) => outputPadding[i] < Math.max(stride, dilation));
  const arrived = firstChannels(g, gradient) ?? gradient;
  if (fits) {
    return g.op('ConvTranspose', [arrived, weight], { group, output_padding: outputPadding, ...attributes }, { dims });
  }
  const covering = dims.map((dim, axis) => (axis < 2 ? dim : dim - outputPadding[axis - 2]));
  const made = g.op('ConvTranspose', [arrived, weight], { group, ...attributes }, { dims: covering });
  return g.pad(
    made,
    dims.map((_, axis) => [0, axis < 2 ? 0 : outputPadding[axis - 2]] as const),
  );
}

/** Channels that ONNX Runtime keeps side by side in its blocked layout: 16 or 8, depending on the processor. */
const channelBlock = 16;

/**
 * One kernel a channel, with strides: zeros go between the gradient's elements and the turned kernel slides over that.
 * It is the faster way because ONNX Runtime has no transposed convolution in its blocked layout. The zeros are put there
 * with the channels last, where that copies whole runs of channels. Null where the convolution is of another kind.
 */
function filledConvolution(
  g: GraphBuilder,
  gradient: Value,
  weight: Value,
  group: number,
  window: readonly Slide[],
): Value | null {
  const [batch, channels, height, width] = g.dims(gradient);
  const turned = window.map((slide): Slide => ({
    ...slide,
    stride: 1,
    before: reach(slide) - 1 - slide.before,
    after: slide.size - slide.steps * slide.stride + slide.before,
  }));
  const isDepthwise = group === channels && g.dims(weight)[1] === 1;
  if (window.length !== 2 || !isDepthwise || channels % channelBlock !== 0) return null;
  if (!turned.every(({ before, after }) => before >= 0 && after >= 0)) return null;
  const [down, right] = window.map(({ stride }) => stride);
  const spaced = g.pad(g.reshape(g.transpose(gradient, [0, 2, 3, 1]), [batch, height, 1, width, channels]), [
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, (right - 1) * channels],
  ]);
  const filled = g.transpose(g.reshape(spaced, [batch, height * down, width * right, channels]), [0, 3, 1, 2]);
  return g.op('Conv', [filled, turnedKernel(g, weight, group)], { group, ...windowAttributes(turned) });
}

/**
 * Some channels of a gradient. Where a convolution has just made it, only theirs are computed, and where it was made with
 * the channels last, they are cut out there: otherwise the whole would leave ONNX Runtime's blocked layout for it.
 */
export function channelsOf(g: GraphBuilder, gradient: Value, from: number, to: number): Value {
  const maker = g.nodes.findLast(({ outputs }) => outputs[0] === gradient);
  const channelsLast = beforeTransposition(g, gradient);
  if (channelsLast !== null) return g.transpose(g.slice(channelsLast, [from], [to], [3]), [0, 3, 1, 2]);
  const group = maker?.attributes.get('group');
  const isUsed = g.nodes.some(({ inputs }) => inputs.includes(gradient));
  if (maker?.op !== 'Conv' || maker.inputs.length > 2 || isUsed || group?.type !== 'int' || group.value !== 1) {
    return g.slice(gradient, [from], [to], [1]);
  }
  const [input, weight] = maker.inputs;
  const lists = [...maker.attributes].map(([name, { value }]) => [name, value as number | number[]] as const);
  return g.op('Conv', [input, g.slice(weight, [from], [to], [0])], Object.fromEntries(lists));
}

/** What it was with the channels last, where it was turned from that; else null. */
function beforeTransposition(g: GraphBuilder, gradient: Value): Value | null {
  const maker = g.nodes.findLast(({ outputs }) => outputs[0] === gradient);
  const order = maker?.attributes.get('perm');
  const isTurned = maker?.op === 'Transpose' && order?.type === 'ints' && order.value.join() === '0,3,1,2';
  return isTurned ? maker.inputs[0] : null;
}

/**
 * The same for an operator that ONNX Runtime has outside its blocked layout only. A pool of single elements makes it turn
 * the channels to the front by way of that layout, in two thirds of the time. Null where they were in front before.
 */
const firstChannels = (g: GraphBuilder, gradient: Value): Value | null =>
  beforeTransposition(g, gradient) !== null && g.dims(gradient)[1] % channelBlock === 0
    ? g.op('AveragePool', [gradient], { kernel_shape: [1, 1] })
    : null;

/** M × C/group × k to C × M/group × k, each kernel turned round. */
function turnedKernel(g: GraphBuilder, weight: Value, group: number): Value {
  const [outputs, inputs, ...kernel] = g.dims(weight);
  const axes = kernel.flatMap((size, i) => (size > 1 ? [i + 2] : []));
  const turned =
    axes.length === 0
      ? weight
      : g.slice(
          weight,
          axes.map(() => -1),
          axes.map(() => -toEnd),
          axes,
          axes.map(() => -1),
        );
  const perGroup = g.reshape(turned, [group, outputs / group, inputs, ...kernel]);
  const swapped = g.transpose(perGroup, [0, 2, 1, ...kernel.map((_, i) => i + 3)]);
  return g.reshape(swapped, [group * inputs, outputs / group, ...kernel]);
}

/**
 * What a convolution's kernel gets: dW[m, c, k] = Σ over samples and steps of dy[m, step] x[c, step × stride + k × dilation
 * - pad]: a convolution of x with dy whose batch and channels are swapped, and stride and dilation too.
 */
export function convolutionWeight(
  g: GraphBuilder,
  input: Value,
  gradient: Value,
  group: number,
  window: readonly Slide[],
): Value {
  const spatial = window.map((_, i) => i + 2);
  const swap = (value: Value): Value => g.transpose(value, [1, 0, ...spatial]);
  const [data, kernel] = [swap(input), swap(gradient)];
  const perGroup = (value: Value, i: number): Value => {
    const size = g.dims(value)[0] / group;
    return group === 1 ? value : g.slice(value, [i * size], [(i + 1) * size], [0]);
  };
  const exchanged = windowAttributes(
    window.map((slide) => ({ ...slide, stride: slide.dilation, dilation: slide.stride })),
  );
  const parts = Array.from({ length: group }, (_, i) =>
    swap(g.op('Conv', [perGroup(data, i), perGroup(kernel, i)], exchanged)),
  );
  const all = parts.length === 1 ? parts[0] : g.op('Concat', parts, { axis: 0 });
  // Where steps do not come out even, there is room for more places than the kernel has.
  return g.slice(
    all,
    window.map(() => 0),
    window.map((slide) => slide.kernel),
    spatial,
  );
}

/** y = Wᵀ * x + b: what a convolution's input gets, and the other way round. */
export const transposedConvolution: Rule = {
  backward(at) {
    const { g } = at;
    const group = integerAttribute(at.node, 'group', 1);
    const window = transposedSlides(at);
    // Places that no window reaches (output padding) are left out.
    const covered = g.pad(
      at.gradient,
      at.outputDims().map((_, axis) => [0, Math.min(0, window[axis - 2]?.after ?? 0)] as const),
    );
    const slid = window.map((slide): Slide => ({ ...slide, after: Math.max(0, slide.after) }));
    return [
      at.wants(0) ? g.op('Conv', [covered, at.input(1)], { group, ...windowAttributes(slid) }) : null,
      at.wants(1) ? convolutionWeight(g, covered, at.input(0), group, slid) : null,
      at.wants(2) ? g.sum(at.gradient, [0, ...window.map((_, i) => i + 2)]) : null,
    ];
  },
};

/** The window of the convolution that slides over the transposed one's output, with its input's places as steps. */
function transposedSlides(at: Inputs): Slide[] {
  const { node } = at;
  const sizes = at.outputDims().slice(2);
  const steps = at.inputDims(0).slice(2);
  const extra = integersAttribute(node, 'output_padding') ?? [];
  const autoPad = textAttribute(node, 'auto_pad', 'NOTSET');
  const isDistributed = integersAttribute(node, 'output_shape') !== null || autoPad.startsWith('SAME');
  return slides(at, sizes, steps, at.inputDims(1).slice(2)).map((slide, i) => {
    const whole = (slide.steps - 1) * slide.stride + reach(slide);
    const total = Math.max(0, whole + (extra[i] ?? 0) - slide.size);
    const half = Math.floor(total / 2);
    const before = !isDistributed ? slide.before : autoPad === 'SAME_UPPER' ? half : total - half;
    return { ...slide, before, after: whole - slide.size - before };
  });
}

import type { Feed } from '../../shared/engineApi.js';
import { indexOf, integerAttribute } from './graphIndex.js';
import { layersOf } from './layers.js';
import { linearWeights } from './linearWeights.js';
import type { Node, OnnxModel } from './model.js';
import { elementwise, kindOf } from './operators.js';
import { type Fact, fromStart, inferFacts, isNumber } from './shape/index.js';
import { unitAxes, usualUnitAxis } from './unitAxis.js';

/**
 * Where a layer's units are found in a tensor behind it: on one axis, from `offset` on (behind a Concat); or, once
 * flattened to samples × features, at `offset + (o × units + unit) × inner + i` for all o < outer, i < inner.
 */
interface Trail {
  tensor: string;
  axis: number;
  offset: number;
  spread: { outer: number; inner: number } | null;
}

/**
 * Weights from one unit of a layer to the units of the next layers with weights: through activations, norms, pools,
 * sums, concatenations and reshapes. Of a convolution's kernel, and of a flattened map's places, the sum.
 *
 * @returns strongest |weight| first; empty where no such layer follows
 */
export async function outgoingWeights(model: OnnxModel, layerTensor: string, unit: number): Promise<Feed[]> {
  const index = indexOf(model);
  const facts = inferFacts(model);
  const fact = facts.get(layerTensor);
  const axis = unitAxes(model).get(layerTensor) ?? usualUnitAxis(fact?.shape ?? null);
  const units = axis === null ? null : fact?.shape?.[axis];
  if (axis === null || !isNumber(units) || !(unit >= 0 && unit < units)) {
    return [];
  }
  const feeds: Feed[] = [];
  let trails: Trail[] = [{ tensor: layerTensor, axis, offset: 0, spread: null }];
  const seen = new Set([layerTensor]);
  const reached = new Set<Node>();
  // A residual stream is read by every later block. The nearest reader is the next layer: sums are passed only where
  // nothing is fed before them.
  while (trails.length > 0 && feeds.length === 0) {
    const behindSums: Trail[] = [];
    for (const trail of trails) {
      for (const node of index.consumers(trail.tensor)) {
        const kind = kindOf(node);
        if (kind === 'convolution' || (kind === 'linear' && node.inputs[0] === trail.tensor)) {
          if (!reached.has(node)) {
            reached.add(node);
            feeds.push(...(await feedsInto(model, node, trail, unit, units)));
          }
          continue;
        }
        const isSum = kind === 'residual' && node.inputs.filter((name) => !facts.get(name)?.constant).length > 1;
        for (const next of followed(model, node, trail, units)) {
          if (!seen.has(next.tensor)) {
            seen.add(next.tensor);
            (isSum ? behindSums : trails).push(next);
          }
        }
      }
    }
    trails = behindSums;
  }
  return feeds.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

async function feedsInto(model: OnnxModel, node: Node, trail: Trail, unit: number, units: number): Promise<Feed[]> {
  const weights = await linearWeights(model, node);
  if (!weights) {
    return [];
  }
  const sums = new Float64Array(weights.units);
  const { outer, inner } = trail.spread ?? { outer: 1, inner: 1 };
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const feature = trail.offset + (o * units + unit) * inner + i;
      if (feature >= weights.features) {
        return [];
      }
      weights.addFrom(feature, sums);
    }
  }
  const found = layersOf(model).find(({ nodes }) => nodes.includes(node));
  const layer = found?.layer.name ?? node.outputs[0];
  const target = found?.layer.module ?? (node.name || layer);
  return [...sums].flatMap((weight, i) => (weight === 0 ? [] : [{ layer, target, unit: i, weight }]));
}

/** Hand units on one by one, whatever they do to their places. */
const passesUnits = new Set(
  `BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization LRN MaxPool AveragePool
   LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool QLinearGlobalAveragePool QLinearAveragePool ReduceMean ReduceSum
   ReduceMax ReduceL2 Pad Resize Upsample Sum QLinearAdd QLinearMul QuantizeLinear DequantizeLinear Transpose Slice Gather
   Expand CastLike Crop`.split(/\s+/),
);

function followed(model: OnnxModel, node: Node, trail: Trail, units: number): Trail[] {
  const [tensor] = node.outputs;
  const facts = inferFacts(model);
  const from = facts.get(trail.tensor);
  const to = facts.get(tensor);
  if (!tensor || !from?.shape || !to?.shape) {
    return [];
  }
  const isFlat = ['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'].includes(node.op);
  if (isFlat) {
    return flattened(model, trail, tensor, from, to, units);
  }
  if (node.op === 'Concat' || node.op === 'QLinearConcat') {
    return concatenated(facts, node, trail, tensor, from);
  }
  if (!elementwise.has(node.op) && !passesUnits.has(node.op)) {
    return [];
  }
  const axis = trail.spread ? trail.axis : unitAxes(model).get(tensor);
  // The same number of units on the axis means that the node neither mixed nor selected them.
  if (axis === undefined || to.shape[axis] !== from.shape[trail.axis]) {
    return [];
  }
  return [{ ...trail, tensor, axis }];
}

function flattened(model: OnnxModel, trail: Trail, tensor: string, from: Fact, to: Fact, units: number): Trail[] {
  const shape = from.shape!;
  const wide = to.shape!;
  if (trail.spread) {
    return wide.length === shape.length && wide.at(-1) === shape.at(-1) ? [{ ...trail, tensor }] : [];
  }
  const axis = unitAxes(model).get(tensor);
  if (axis !== undefined && wide[axis] === shape[trail.axis]) {
    return [{ ...trail, tensor, axis }];
  }
  const before = shape.slice(1, trail.axis);
  const after = shape.slice(trail.axis + 1);
  if (wide.length !== 2 || trail.axis < 1 || !before.every(isNumber) || !after.every(isNumber)) {
    return [];
  }
  const outer = before.reduce<number>((all, dim) => all * (dim as number), 1);
  const inner = after.reduce<number>((all, dim) => all * (dim as number), 1);
  const whole = shape[trail.axis];
  if (!isNumber(whole) || outer * inner * whole !== wide[1] || (outer > 1 && whole !== units)) {
    return [];
  }
  return [{ tensor, axis: 1, offset: trail.offset * inner, spread: { outer, inner } }];
}

function concatenated(facts: ReadonlyMap<string, Fact>, node: Node, trail: Trail, tensor: string, from: Fact): Trail[] {
  const axis = fromStart(integerAttribute(node, 'axis', 1), from.shape!.length);
  if (axis !== trail.axis) {
    return [{ ...trail, tensor }];
  }
  const parts = node.op === 'Concat' ? [...node.inputs] : node.inputs.filter((_, i) => i >= 2 && (i - 2) % 3 === 0);
  let offset = 0;
  const trails: Trail[] = [];
  for (const part of parts) {
    if (part === trail.tensor) {
      trails.push({ ...trail, tensor, offset: trail.offset + offset });
    }
    const length = facts.get(part)?.shape?.[axis];
    if (!isNumber(length)) {
      return [];
    }
    offset += length;
  }
  return trails.slice(0, 1);
}

import type { Explanation, Formula, UnitExplanation, UnitStatus } from './results.js';

/** What of a unit's explanation is compared between two checkpoints. */
export type UnitBrief = Pick<
  UnitExplanation,
  'unit' | 'status' | 'label' | 'formula' | 'iou' | 'floor' | 'precision' | 'recall' | 'fireRate'
>;

/** An explanation, or as much of one as a comparison needs. */
export interface ComparedExplanation {
  layers: {
    name: string;
    module: string | null;
    op: string;
    /** How many the layer has; explanations may be of fewer. */
    units: number;
    explanations: UnitBrief[];
  }[];
}

/**
 * `died`: fired and is dead or constant now; `woke`: the reverse; `relabelled`: has another label, or lost or gained one
 * that is better than chance; `iou`: the same label, worth more or less.
 */
export type UnitChangeKind = 'died' | 'woke' | 'relabelled' | 'iou';

export interface UnitChange {
  unit: number;
  kind: UnitChangeKind;
  before: UnitBrief;
  after: UnitBrief;
  /** How much changed, to sort by: in [0, 2] for labels, above that for units that died or woke. */
  size: number;
}

export interface LayerChange {
  /** Tensor name in the newer checkpoint. */
  name: string;
  module: string | null;
  op: string;
  /** Units that were compared. */
  units: number;
  counts: Record<UnitChangeKind, number>;
  /** The units that changed, most changed first. */
  changed: UnitChange[];
}

export interface CheckpointChange {
  /** In the newer checkpoint's order. */
  layers: LayerChange[];
  /** Layers whose number of units is another one: their units are not the same units. */
  resized: { name: string; module: string | null; before: number; after: number }[];
  /** Tensor names of layers that only the newer or only the older checkpoint has an explanation of. */
  added: string[];
  removed: string[];
}

/** A difference of IoU that two decimals show. */
const visibleIou = 0.01;

/** Dead and constant units tell nothing; which of the two they are hangs on their bias. */
const isSilent = (status: UnitStatus): boolean => status === 'dead' || status === 'constant';

const hasLabel = ({ status, label, iou, floor }: UnitBrief): boolean =>
  status === 'explained' && label !== null && iou > floor;

/** What a label is worth: how far its IoU lies above chance. */
const worth = (unit: UnitBrief): number => (hasLabel(unit) ? unit.iou - unit.floor : 0);

/** What changed between two explanations of one network, unit by unit. Both should come from the same probe set and settings. */
export function checkpointChange(before: ComparedExplanation, after: ComparedExplanation): CheckpointChange {
  const pairs = pairLayers(before.layers, after.layers);
  const change: CheckpointChange = { layers: [], resized: [], added: [], removed: [] };
  for (const layer of after.layers) {
    const former = pairs.get(layer);
    if (!former) change.added.push(layer.name);
    else if (former.units !== layer.units)
      change.resized.push({ name: layer.name, module: layer.module, before: former.units, after: layer.units });
    else change.layers.push(layerChange(former, layer));
  }
  const found = new Set(pairs.values());
  change.removed = before.layers.filter((layer) => !found.has(layer)).map(({ name }) => name);
  return change;
}

type ComparedLayer = ComparedExplanation['layers'][number];

/**
 * Which layer was which: by module path and operator, the n-th with the same ones to the n-th, because exporters number
 * their tensors anew; layers without a module by their tensor's name.
 */
function pairLayers(
  before: readonly ComparedLayer[],
  after: readonly ComparedLayer[],
): Map<ComparedLayer, ComparedLayer> {
  const former = keyed(before);
  return new Map([...keyed(after)].flatMap(([key, layer]) => (former.has(key) ? [[layer, former.get(key)!]] : [])));
}

function keyed(layers: readonly ComparedLayer[]): Map<string, ComparedLayer> {
  const seen = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const kind = JSON.stringify(layer.module === null ? [layer.name] : [layer.module, layer.op]);
      const nth = seen.get(kind) ?? 0;
      seen.set(kind, nth + 1);
      return [`${kind} ${nth}`, layer];
    }),
  );
}

function layerChange(before: ComparedLayer, after: ComparedLayer): LayerChange {
  const former = new Map(before.explanations.map((unit) => [unit.unit, unit]));
  const both = after.explanations.flatMap((unit) => (former.has(unit.unit) ? [[former.get(unit.unit)!, unit]] : []));
  const changed = both.flatMap(([from, to]) => unitChange(from, to) ?? []);
  changed.sort((a, b) => b.size - a.size || a.unit - b.unit);
  const counts = { died: 0, woke: 0, relabelled: 0, iou: 0 };
  for (const { kind } of changed) counts[kind] += 1;
  const { name, module, op } = after;
  return { name, module, op, units: both.length, counts, changed };
}

/** Null where nothing of note changed. */
export function unitChange(before: UnitBrief, after: UnitBrief): UnitChange | null {
  const change = (kind: UnitChangeKind, size: number): UnitChange => ({ unit: after.unit, kind, before, after, size });
  if (!isSilent(before.status) && isSilent(after.status)) return change('died', 3 + worth(before));
  if (isSilent(before.status) && !isSilent(after.status)) return change('woke', 3 + worth(after));
  if (!hasLabel(before) && !hasLabel(after)) return null;
  if (hasLabel(before) && hasLabel(after) && sameLabel(before, after)) {
    const size = Math.abs(worth(after) - worth(before));
    // What is shown is the IoU; a floor that moved alone is chance.
    return Math.abs(after.iou - before.iou) >= visibleIou - 1e-9 ? change('iou', size) : null;
  }
  return change('relabelled', worth(before) + worth(after));
}

const sameLabel = (a: UnitBrief, b: UnitBrief): boolean =>
  a.label === b.label || (a.formula !== null && b.formula !== null && canonical(a.formula) === canonical(b.formula));

/** One text for `a AND b` and `b AND a`: a search may find the same formula in either order. */
function canonical(formula: Formula): string {
  if (formula.op === 'atom') return JSON.stringify(formula.concept);
  if (formula.op === 'not') return `not ${canonical(formula.of)}`;
  return `(${operands(formula, formula.op).sort().join(` ${formula.op} `)})`;
}

/** `a AND (b AND c)` joins three. */
const operands = (formula: Formula, op: 'and' | 'or'): string[] =>
  formula.op === op ? [...operands(formula.left, op), ...operands(formula.right, op)] : [canonical(formula)];

/** As much of an explanation as a later comparison needs. */
export const briefly = (layers: Explanation['layers']): ComparedExplanation => ({
  layers: layers.map(({ name, module, op, units, explanations }) => ({
    ...{ name, module, op, units },
    explanations: explanations.map(({ unit, status, label, formula, iou, floor, precision, recall, fireRate }) => ({
      ...{ unit, status, label, formula, iou, floor, precision, recall, fireRate },
    })),
  })),
});

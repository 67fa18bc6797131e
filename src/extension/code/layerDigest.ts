import type { LayerChange } from '../../shared/checkpointChange.js';
import type { UnitExplanation } from '../../shared/results.js';
import { isSaturated } from '../../shared/saturation.js';
import type { LayerResults } from '../layerResults.js';

/** From here on a unit counts as one that is always on. */
const alwaysOn = 0.99;
export const pictureBins = 40;

/** What a hover, a lens or a diagnostic says of a layer that was explained. */
export interface LayerDigest {
  units: number;
  /** With a label that is better than chance. */
  labelled: number;
  /** With a label no better than chance. */
  atChance: number;
  /** Not those that are saturated. */
  dead: number;
  constant: number;
  alwaysOn: number;
  /** Silent because they lie at their highest value. */
  saturated: number;
  /** Units that never had a finite activation. */
  notFinite: number;
  /** Labels that lie highest above chance, the best first. */
  strongest: Pick<UnitExplanation, 'unit' | 'label' | 'iou' | 'floor'>[];
  /** Activations of all units together in bins of equal width; `firing` is the part above each unit's own threshold. */
  activations: { low: number; high: number; counts: Float64Array; firing: Float64Array } | null;
}

const digests = new WeakMap<LayerResults, { revision: number; digest: LayerDigest }>();

/** Made once for what is known of a layer; again while labels arrive. */
export function layerDigest(results: LayerResults): LayerDigest {
  const known = digests.get(results);
  const revision = results.revision ?? 0;
  if (known?.revision === revision) return known.digest;
  const digest = digestOf(results);
  digests.set(results, { revision, digest });
  return digest;
}

function digestOf({ layer, explanations }: LayerResults): LayerDigest {
  const digest: LayerDigest = {
    ...{
      units: explanations.length,
      labelled: 0,
      atChance: 0,
      dead: 0,
      constant: 0,
      alwaysOn: 0,
      saturated: 0,
      notFinite: 0,
    },
    strongest: [],
    activations: activationsOf(explanations),
  };
  const labelled: UnitExplanation[] = [];
  for (const unit of explanations) {
    if (unit.threshold === null) digest.notFinite += 1;
    else if (isSilent(unit) && isSaturated(layer.op, unit)) digest.saturated += 1;
    else if (unit.status === 'dead') digest.dead += 1;
    else if (unit.status === 'constant') digest.constant += 1;
    else if (unit.fireRate >= alwaysOn) digest.alwaysOn += 1;
    if (unit.status !== 'explained' || unit.label === null) continue;
    if (unit.iou > unit.floor) labelled.push(unit);
    else digest.atChance += 1;
  }
  digest.labelled = labelled.length;
  labelled.sort((a, b) => b.iou - b.floor - (a.iou - a.floor) || a.unit - b.unit);
  digest.strongest = labelled.slice(0, 3).map(({ unit, label, iou, floor }) => ({ unit, label, iou, floor }));
  return digest;
}

const isSilent = ({ status }: UnitExplanation): boolean => status === 'dead' || status === 'constant';

function activationsOf(explanations: readonly UnitExplanation[]): LayerDigest['activations'] {
  const measured = explanations.filter(({ histogram }) => histogram.edges.length > 1);
  const low = measured.reduce((least, { histogram: { edges } }) => Math.min(least, edges[0]), Infinity);
  const high = measured.reduce((most, { histogram: { edges } }) => Math.max(most, edges[edges.length - 1]), -Infinity);
  if (!(high > low)) return null;
  const counts = new Float64Array(pictureBins);
  const firing = new Float64Array(pictureBins);
  const binOf = (value: number) => Math.min(pictureBins - 1, Math.floor(((value - low) / (high - low)) * pictureBins));
  for (const { histogram, threshold } of measured) {
    const { edges } = histogram;
    histogram.counts.forEach((count, i) => {
      if (count === 0) return;
      // By its middle: a unit's own bins are finer than the picture's, or as fine.
      const bin = binOf((edges[i] + edges[i + 1]) / 2);
      counts[bin] += count;
      if (threshold !== null && edges[i] >= threshold) firing[bin] += count;
    });
  }
  return { low, high, counts, firing };
}

/** `64 neurons, 3 dead, 41 labelled` */
export function digestWords(digest: Omit<LayerDigest, 'strongest' | 'activations'>): string {
  const parts = [
    `${count(digest.units)} ${digest.units === 1 ? 'neuron' : 'neurons'}`,
    digest.dead > 0 ? `${count(digest.dead)} dead` : '',
    digest.constant > 0 ? `${count(digest.constant)} constant` : '',
    digest.saturated > 0 ? `${count(digest.saturated)} saturated` : '',
    digest.alwaysOn > 0 ? `${count(digest.alwaysOn)} always on` : '',
    digest.notFinite > 0 ? `${count(digest.notFinite)} without a finite activation` : '',
    `${count(digest.labelled)} labelled`,
    digest.atChance > 0 ? `${count(digest.atChance)} no better than chance` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/** `2 died, 1 woke, 12 other labels, 5 other IoUs`; null where nothing changed. */
export function changeWords({ counts }: Pick<LayerChange, 'counts'>): string | null {
  const parts = [
    counts.died > 0 ? `${count(counts.died)} died` : '',
    counts.woke > 0 ? `${count(counts.woke)} woke` : '',
    counts.relabelled > 0 ? `${count(counts.relabelled)} moved to another label` : '',
    counts.iou > 0 ? `${count(counts.iou)} kept their label at another IoU` : '',
  ];
  return parts.filter(Boolean).join(', ') || null;
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** Digests of several layers as one. */
export function sumOf(digests: readonly LayerDigest[]): Omit<LayerDigest, 'strongest' | 'activations'> {
  const total = { units: 0, labelled: 0, atChance: 0, dead: 0, constant: 0, alwaysOn: 0, saturated: 0, notFinite: 0 };
  for (const digest of digests)
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += digest[key];
  return total;
}

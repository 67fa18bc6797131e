import type { LayerRows, LayerSummary, UnitDetail } from '../../../src/shared/panelProtocol.js';
import type { Layer } from '../../../src/shared/model.js';
import type { Formula, UnitExplanation, UnitStatus } from '../../../src/shared/results.js';
import { seeded } from './random.js';

export interface LayerSpec {
  layer: Layer;
  concepts: string[];
  samples: number;
  hasMaps: boolean;
  /** Units from here on have no label yet. */
  labelled: number;
  state: LayerSummary['state'];
}

const sparkBins = 24;

export function formulaText(formula: Formula): string {
  if (formula.op === 'atom') return formula.concept;
  if (formula.op === 'not') return `NOT ${formulaText(formula.of)}`;
  const side = (of: Formula) =>
    (of.op === 'and' || of.op === 'or') && of.op !== formula.op ? `(${formulaText(of)})` : formulaText(of);
  return `${side(formula.left)} ${formula.op.toUpperCase()} ${side(formula.right)}`;
}

/** Units as a layer of a small network may have them: most explained, some at chance, a few dead. Seeded by the name. */
export function unitsOf({ layer, concepts, samples, labelled }: LayerSpec): UnitExplanation[] {
  const random = seeded([...layer.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const atom = (): Formula => ({ op: 'atom', concept: concepts[Math.floor(random() * concepts.length)] });
  return Array.from({ length: layer.units! }, (_, unit) => {
    const luck = random();
    const length = 1 + Math.floor(random() * 3);
    let formula: Formula = atom();
    for (let i = 1; i < length; i++) {
      const next = atom();
      const right: Formula = random() > 0.6 ? { op: 'not', of: next } : next;
      formula = { op: random() > 0.5 || right.op === 'not' ? 'and' : 'or', left: formula, right };
    }
    const floor = 0.08 + 0.16 * random();
    const iou = Math.min(0.94, luck > 0.25 ? floor + 0.55 * random() ** 1.3 + 0.03 : floor - 0.02 * random());
    let status: UnitStatus = 'explained';
    if (luck < 0.03) status = 'dead';
    else if (luck < 0.045) status = 'constant';
    else if (luck < 0.07) status = 'rare';
    else if (luck < 0.09) status = 'no-match';
    const silent = status === 'dead' || status === 'constant';
    const pending = unit >= labelled && status === 'explained';
    const hasLabel = status === 'explained' && !pending;
    const fireRate = silent ? 0 : status === 'rare' ? 0.0004 : unit === 5 ? 0.998 : 0.03 + 0.4 * random() ** 2;
    const histogram = silent ? { edges: [0, 1], counts: [samples * 49] } : bells(random, fireRate, samples * 49);
    const { edges } = histogram;
    const threshold = silent ? 0 : edges[Math.round((edges.length - 1) * (0.55 + 0.25 * random()))];
    return {
      unit,
      status,
      threshold,
      fireRate,
      label: hasLabel ? formulaText(formula) : null,
      formula: hasLabel ? formula : null,
      length: hasLabel ? length : 0,
      iou: hasLabel ? iou : 0,
      precision: hasLabel ? Math.min(1, iou + 0.3 * random()) : 0,
      recall: hasLabel ? Math.min(1, iou + 0.25 * random()) : 0,
      floor: hasLabel ? floor : 0,
      optimal: random() > 0.4,
      single: hasLabel ? { label: formulaText(atom()), iou: iou * 0.8 } : null,
      alternatives: hasLabel
        ? [
            { label: formulaText({ op: 'or', left: atom(), right: atom() }), iou: iou * 0.95 },
            { label: formulaText({ op: 'and', left: { op: 'or', left: atom(), right: atom() }, right: { op: 'not', of: atom() } }), iou: iou * 0.9 },
          ] // prettier-ignore
        : [],
      histogram,
      top: silent
        ? []
        : Array.from({ length: 9 }, (_, i) => ({
            sample: Math.floor(random() * samples),
            position: Math.floor(random() * 49),
            value: edges[edges.length - 1] * (1 - 0.04 * i),
          })),
    };
  });
}

function bells(random: () => number, fireRate: number, positions: number): UnitExplanation['histogram'] {
  const bins = 60;
  const low = random() > 0.5 ? 0 : -1.2 - random();
  const high = 3 + 3 * random();
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  const middle = 0.22 + 0.12 * random();
  const counts = Array.from({ length: bins }, (_, i) => {
    const at = (i + 0.5) / bins;
    const rest = (1 - fireRate) * Math.exp(-(((at - middle) / 0.13) ** 2) / 2);
    const firing = fireRate * Math.exp(-(((at - 0.74) / 0.09) ** 2) / 2);
    return Math.round((positions / 12) * (rest + firing) * (0.92 + 0.16 * random()));
  });
  if (low === 0) counts[0] += Math.round(positions * (random() > 0.6 ? 9 : 0.3));
  return { edges, counts };
}

export function rowsOf(spec: LayerSpec, units: UnitExplanation[]): LayerRows {
  const sparks = new Uint8Array(units.length * sparkBins);
  const sparkThreshold = new Uint8Array(units.length);
  units.forEach(({ histogram: { counts, edges }, threshold }, u) => {
    const bins = new Float64Array(sparkBins);
    counts.forEach((count, i) => (bins[Math.floor((i / counts.length) * sparkBins)] += count));
    const highest = Math.max(...bins, 1);
    bins.forEach((count, i) => (sparks[u * sparkBins + i] = 255 * Math.sqrt(count / highest)));
    const at = edges.findIndex((edge) => edge >= (threshold ?? Infinity));
    sparkThreshold[u] = at < 0 ? sparkBins : Math.round((at / (edges.length - 1)) * sparkBins);
  });
  return {
    layer: spec.layer.name,
    units: Uint32Array.from(units, ({ unit }) => unit),
    status: units.map(({ status }) => status),
    labels: units.map(({ label }) => label),
    formulas: units.map(({ formula }) => formula),
    labelled: spec.state === 'labelled',
    iou: Float32Array.from(units, ({ iou }) => iou),
    floor: Float32Array.from(units, ({ floor }) => floor),
    fireRate: Float32Array.from(units, ({ fireRate }) => fireRate),
    saturated: new Uint8Array(units.length),
    threshold: Float32Array.from(units, ({ threshold }) => threshold ?? NaN),
    sparks,
    sparkBins,
    sparkThreshold,
    hasMaps: spec.hasMaps,
    changes: null,
  };
}

export function summaryOf(spec: LayerSpec, units: UnitExplanation[]): LayerSummary {
  if (spec.state === 'waiting')
    return { layer: spec.layer, units: spec.layer.units!, explained: 0, atChance: 0, silent: 0, other: spec.layer.units!, state: 'waiting' }; // prettier-ignore
  const labelled = units.filter(({ label }) => label !== null);
  const explained = labelled.filter(({ iou, floor }) => iou > floor).length;
  const silent = units.filter(({ status }) => status === 'dead' || status === 'constant').length;
  const atChance = labelled.length - explained;
  const other = units.length - explained - atChance - silent;
  return { layer: spec.layer, units: units.length, explained, atChance, silent, other, state: spec.state };
}

export function detailOf(
  spec: LayerSpec,
  explanation: UnitExplanation,
  sample: (i: number) => UnitDetail['samples'][0],
): UnitDetail {
  return {
    layer: spec.layer,
    explanation,
    labelled: explanation.label !== null,
    change: null,
    samples: explanation.top.map((strongest) => sample(strongest.sample)),
  };
}

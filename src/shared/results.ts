/** The JSON of `onnxplain explain --json`, of the report and of what the panel shows: one shape, `onnxplain/1`. */
export interface Explanation {
  schema: 'onnxplain/1';
  model: { path: string; sha256: string } | null;
  probe: { kind: ProbeKind; samples: number; positions: number; sha256: string };
  settings: Settings;
  layers: LayerExplanation[];
}

export type ProbeKind = 'states' | 'images' | 'arrays';

export interface Settings {
  /** As asked for: `auto`, `quantile:0.005`, `value:0`. */
  threshold: string;
  search: 'beam' | 'optimal' | 'single';
  maxLength: number;
  beam: number;
  minActive: number;
  seed: number;
  /** Shuffles for the chance floor; absent: 1, which costs as much again as the search. */
  shuffles?: number;
}

export const defaultSettings: Settings = {
  threshold: 'auto',
  search: 'beam',
  maxLength: 3,
  beam: 5,
  minActive: 1,
  seed: 0,
};

export interface LayerExplanation {
  name: string;
  node: string;
  module: string | null;
  op: string;
  units: number;
  /** As it came out of the model for one sample, the batch axis included as 1. */
  shape: number[];
  explanations: UnitExplanation[];
}

export type UnitStatus = 'explained' | 'dead' | 'constant' | 'rare' | 'no-match';

export interface UnitExplanation {
  unit: number;
  status: UnitStatus;
  /** The unit fires where its activation is strictly greater; null where the unit has no finite activation. */
  threshold: number | null;
  /** Share of positions at which the unit fires, in [0, 1]. */
  fireRate: number;
  label: string | null;
  formula: Formula | null;
  /** Atoms in the formula (NOT is not counted); 0 without a formula. */
  length: number;
  /** Over all samples; of the search `single`, as `single`. */
  iou: number;
  precision: number;
  recall: number;
  /** IoU that the same search reaches on the unit shuffled across samples: what a label is worth by chance. */
  floor: number;
  /**
   * With several shuffles: how often chance does as well, (1 + shuffles that reach the IoU) / (shuffles + 1); small is good.
   */
  pValue?: number;
  /** True where the search proves that no formula of this length scores higher. */
  optimal: boolean;
  /**
   * With the search `optimal`: no formula of up to `maxLength` atoms has a higher IoU than this. The IoU itself where it is
   * proven the best; more where the proof would have taken too long and the label is the beam's.
   */
  bound?: number;
  /**
   * The best concept by itself (Network Dissection): counted over the samples in which its category, `domain`, was looked for;
   * without one over all, as formulas are.
   */
  single: { label: string; iou: number; domain?: string } | null;
  alternatives: { label: string; iou: number }[];
  /** Best concept of each category, best first; only where a tally was asked for. */
  categories?: CategoryMatch[];
  /** counts.length = edges.length - 1; both empty where the unit has no finite activation. */
  histogram: { edges: number[]; counts: number[] };
  /** Strongest inputs, one position a sample, strongest first. */
  top: Strongest[];
}

/** A category's concept that a unit agrees with best, in positions. Counts are those of Network Dissection's tally. */
export interface CategoryMatch {
  category: string;
  label: string;
  /** Where the concept holds, where the unit fires (both where the category was looked for), and where both do. */
  truth: number;
  activation: number;
  intersect: number;
  iou: number;
}

export interface Strongest {
  sample: number;
  /** Row-major index of the place in the layer's map (0 for layers without places). */
  position: number;
  value: number;
}

export type Formula =
  { op: 'atom'; concept: string } | { op: 'not'; of: Formula } | { op: 'and' | 'or'; left: Formula; right: Formula };

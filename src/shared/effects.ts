import type { Formula } from './results.js';

/** What is to be measured by switching units off. */
export interface AblationSettings {
  layer: string;
  /** Null: all of them. */
  units: number[] | null;
  /** What stands in for the unit's activation: 0, or its mean over the samples and places. */
  mode: 'zero' | 'mean';
  /** Null: every output of numbers. */
  output: string | null;
  /** Outputs that are a Softmax or Sigmoid are looked at themselves; otherwise at their logits. */
  probability: boolean;
  /** So many samples, evenly spread over the probe set; null: all. */
  samples: number | null;
  /** The right classes: a column, or an array of class numbers; null: what the probe set says, if it does. */
  labels: string | null;
  threads: number | null;
}

/** Effects of switching off units of one layer, each on its own. */
export interface Ablation {
  layer: string;
  mode: AblationSettings['mode'];
  /** Samples that were run, and how many the probe set has. */
  samples: number;
  of: number;
  units: number[];
  /** Those that depend on the layer. */
  outputs: AblatedOutput[];
  /** Shares of samples whose highest output is the right class; null where nothing says which that is. */
  accuracy: { output: string; labels: string; samples: number; before: number; after: Float32Array } | null;
  notes: string[];
}

export interface AblatedOutput {
  name: string;
  /** The tensor that was looked at: the output, or its logits. */
  tensor: string;
  /** Indices in the output of the features that follow: all, but for outputs with very many. */
  features: Int32Array;
  names: string[] | null;
  /** Mean of each feature with all units on. */
  baseline: Float32Array;
  /** units × features: mean over samples of value with the unit − value without it. Above 0, the unit raises the output. */
  effect: Float32Array;
  /** units × features: mean of that difference's magnitude. */
  size: Float32Array;
  /** Share of samples whose highest feature is another without the unit; null for outputs of one feature. */
  flips: Float32Array | null;
}

/** Which labels are to be checked, and how thoroughly. */
export interface CauseSettings {
  layer: string;
  units: CauseUnit[];
  /** Cases a unit at most, evenly spread over those there are. */
  cases: number;
  seed: number;
  threads: number | null;
}

/** A unit whose label is checked. */
export interface CauseUnit {
  unit: number;
  formula: Formula;
  /** It fires where its activation is greater. */
  threshold: number;
}

export interface CauseResult {
  layer: string;
  /** Samples that were looked through for cases. */
  looked: number;
  units: UnitCause[];
  notes: string[];
}

export interface UnitCause {
  unit: number;
  label: string;
  /** Samples at which the unit fires and the label holds (pictures: holds in some places and not in others). */
  eligible: number;
  /** States: the columns that were changed. */
  columns: string[];
  /** One a way of changing the inputs; empty where nothing could be changed. */
  trials: {
    kind: 'columns changed' | 'mean colour' | 'blurred surroundings';
    formula: CauseTrial;
    control: CauseTrial;
  }[];
  /** States: random formulas of the control; pictures: places. */
  controls: number;
  examples: CauseExample[];
  /** Why there is no trial. */
  reason: string | null;
}

/** Shares and means over the cases; null where there is none. */
export interface CauseTrial {
  cases: number;
  /** Share of cases in which the unit no longer fires anywhere. */
  stops: number | null;
  /** Share in which the highest output is another; null, too, where no output has several features. */
  decisions: number | null;
  /** Mean activation at the strongest place, as it was and then. */
  before: number | null;
  after: number | null;
  /** States: mean change, summed over columns, in standard deviations of the column. Pictures: mean share that was filled. */
  amount: number | null;
}

export interface CauseExample {
  sample: number;
  /** Activation at the strongest place. */
  before: number;
  after: number;
  changes: { column: string; from: number; to: number }[];
}

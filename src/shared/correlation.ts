/** What is to be correlated with the gradients of the inputs, over a probe set. */
export interface CorrelationSettings {
  /** Number or name of the output; null: the first. */
  class: string | null;
  /** Without targets, even where there are some. */
  auto: boolean;
  /** Of a model of one output: the column that holds what it should have been; null: none does. */
  target: string | null;
  /** So many samples, evenly spread over the probe set. */
  samples: number;
  /** Points from the baseline to each input, both included. */
  steps: number;
  threads: number | null;
}

/** Integrated Gradient Correlation of one output over a probe set. */
export interface ProbeCorrelation {
  output: number;
  name: string | null;
  /** Where the targets come from; null: there are none, and the output is correlated with itself. */
  targets: string | null;
  /** Pearson's correlation of the outputs with their targets; 1 without targets. NaN where either is constant. */
  correlation: number;
  /** Sum of the values less the correlation. */
  completenessError: number;
  /** Greatest difference of a sample's integrated gradients from what they should add up to. */
  attributionError: number;
  /** That have a target, of how many in the probe set; and points on each path. */
  samples: number;
  of: number;
  steps: number;
  /** Axes of one sample; of tokens, those of their positions. */
  dims: number[];
  /** One a component; of pictures one a place, summed over channels. They add up to the correlation, but for the error. */
  values: Float64Array;
  /** Pictures: the size of the map that the values are. */
  map: { height: number; width: number } | null;
  /** States: the columns' names; otherwise null. */
  columns: string[] | null;
  notes: string[];
  milliseconds: number;
}

/** The outputs that a model scores classes with. */
export interface OutputClasses {
  /** Null: the structure does not say how many. */
  count: number | null;
  names: string[] | null;
  /** Of a single output: columns of the probe set that can be its targets, those first that feed no input. */
  targets: string[];
}

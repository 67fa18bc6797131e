import type { ProbeChoice } from './engineApi.js';
import type { ClassScore } from './maps.js';

/** One sample of the probe set that is no picture. */
export interface AttributionRequest {
  model: string;
  /** Null: the best proposal. */
  probe: ProbeChoice | null;
  folders: string[];
  sample: number;
  method: string;
  /** Null: the highest output. */
  class: number | null;
  threads: number | null;
}

/** What each part of one input contributes to a score, or how the score answers to it. */
export interface SampleAttribution {
  method: string;
  sample: number;
  /** Columns of a table, tokens of a text, or numbers of any other array. */
  parts: 'columns' | 'tokens' | 'numbers';
  /** Axes of the parts. */
  dims: number[];
  /** One a part. */
  values: Float32Array;
  /** What the input holds there; of columns as in the table. */
  held: Float64Array;
  columns: string[] | null;
  /** Highest outputs, highest first. */
  top: ClassScore[];
  class: number;
  score: number;
  /** What the values should add up to; null where the method promises no sum. */
  expected: number | null;
  milliseconds: number;
  notes: string[];
}

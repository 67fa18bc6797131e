import type { Picture, ProbeChoice } from './engineApi.js';

/** In pixels of the input. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which places of a segmentation a class's score is summed over. */
export type MapRegion = 'predicted' | 'all' | Rectangle;

export interface MapRequest {
  model: string;
  probe: ProbeChoice | null;
  input: { kind: 'sample'; sample: number } | { kind: 'file'; path: string };
  method: string;
  /** Null: the last spatial layer before pooling. */
  layers: string[];
  /** Null: the highest output. */
  class: number | null;
  /** For `activation`: the unit whose own map is wanted. */
  unit: number | null;
  /** The first principal component of the weighted activations in place of their sum. */
  eigenSmooth?: boolean;
  /** The mean over the input and its mirror image, each at 0.9, 1 and 1.1 times its values. */
  augSmooth?: boolean;
  /** Of segmentations: over which places the class's score is summed. Absent: `predicted`. */
  region?: MapRegion;
  /** Of detectors: the box's number. Absent: the one with the class's highest score. */
  box?: number | null;
  /** Null or absent: as many as the runtime thinks right. */
  threads?: number | null;
}

export interface MapResult {
  method: string;
  layers: string[];
  /** [0, 1] at the input's resolution, row-major. */
  values: Float32Array;
  width: number;
  height: number;
  /** What the model saw: the prepared picture, RGBA. */
  picture: Picture;
  /** Highest outputs, highest first. */
  top: ClassScore[];
  class: number | null;
  /** What the scores are of: the picture, each place of it (segmentation), or boxes. Absent: the picture. */
  scores?: 'classes' | 'places' | 'boxes';
  /** The box drawn for. */
  box?: number | null;
  milliseconds: number;
  notes: string[];
}

export interface MapJudgement {
  metrics: {
    title: string;
    /** One line: what is measured. */
    shows: string;
    better: 'higher' | 'lower';
    /** Null where it could not be measured. */
    value: number | null;
    /** The same of Random-CAM. */
    control: number | null;
  }[];
}

export interface ReasonsRequest {
  model: string;
  probe: ProbeChoice | null;
  input: MapRequest['input'];
  layer: string;
  /** Null: the highest output. */
  class: number | null;
  threads?: number | null;
}

export interface DecisionReasons {
  layer: string;
  class: number;
  /** Those that spoke for the class, strongest first, with their share of all that did. */
  units: { unit: number; share: number }[];
}

export interface ClassScore {
  class: number;
  name: string | null;
  /** The score as the model gives it. */
  score: number;
  probability: number | null;
}

export interface MapMethod {
  name: string;
  title: string;
  /** One line: what this shows. */
  shows: string;
  /** One line: what it costs. */
  cost: string;
  needsClass: boolean;
  /** Of the input's pixels: no layer is chosen for it. */
  ofInput?: boolean;
  /** An attribution to the pixels: no map of a class to be judged by the prediction. */
  isAttribution?: boolean;
  /** Has a sum over channels, which the first principal component can take the place of. */
  smooths?: boolean;
  /** Runs the model many times: not to be drawn unasked. */
  slow?: boolean;
}

export interface UnavailableMethod {
  name: string;
  reason: string;
}

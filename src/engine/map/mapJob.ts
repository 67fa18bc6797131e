import type { ClassScore, MapRegion } from '../../shared/engineApi.js';
import type { MapMethodDefinition } from '../cam/index.js';
import type { ProbeSet } from '../probe/index.js';

export interface MapJob {
  method: string;
  /** Tensor names, node names or module paths; empty: `defaultMapLayer`. */
  layers: string[];
  /** Index or name of the class; null: each input's highest output. */
  class: number | string | null;
  /** Several classes, which share the forward runs, in place of `class`. */
  classes?: readonly (number | string)[];
  output: string | null;
  unit: number | null;
  /** Channels of the layers that the map is made of; absent: all. */
  units?: readonly number[];
  seed: number;
  /** The map before ReLU, scaling and resizing, at the layer's resolution. */
  raw: boolean;
  threads: number | null;
  /** The score is what the model gives, not what enters its Softmax or Sigmoid. */
  probability?: boolean;
  /** The first principal component of the weighted activations in place of their sum. */
  eigenSmooth?: boolean;
  /** The mean over the input and its mirror image, each at 0.9, 1 and 1.1 times its values. */
  augSmooth?: boolean;
  /** Of segmentations; absent: where the class is the highest. */
  region?: MapRegion;
  /** Of detectors: the box's number; absent: the box with the highest score. */
  box?: number;
}

export interface InputMaps {
  method: MapMethodDefinition;
  layers: string[];
  /** One an input and class: all classes of the first input, then of the second. */
  maps: Float32Array[];
  /** Sizes of the maps' axes: height and width; a length; depth, height and width. */
  places: number[];
  /** Of the maps as pictures: a row's height is 1, a volume's all of its planes. */
  height: number;
  width: number;
  /** Per map: the class drawn for. */
  classes: (number | null)[];
  /** What the scores are of. */
  scores: 'classes' | 'places' | 'boxes';
  /** Per map of a detector: the box that it is drawn for. */
  boxes: (number | null)[];
  /** Per input: the highest outputs. */
  top: ClassScore[][];
  notes: string[];
  milliseconds: number;
}

/** What maps need of a probe set; a ready batch from a file is one, too. */
export type MapInputs = Pick<ProbeSet, 'input' | 'batch' | 'kind'> & { samples: number };

import type { ClassScore } from '../../shared/engineApi.js';
import type { MapMethodDefinition } from '../cam/index.js';
import type { ProbeSet } from '../probe/index.js';

export interface MapJob {
  method: string;
  /** Tensor names, node names or module paths; empty: `defaultMapLayer`. */
  layers: string[];
  /** Index or name of the class; null: each input's highest output. */
  class: number | string | null;
  output: string | null;
  unit: number | null;
  seed: number;
  /** The map before ReLU, scaling and resizing, at the layer's resolution. */
  raw: boolean;
  threads: number | null;
}

export interface InputMaps {
  method: MapMethodDefinition;
  layers: string[];
  /** One an input, height × width. */
  maps: Float32Array[];
  height: number;
  width: number;
  /** Per input: the class drawn for, and the highest outputs. */
  classes: (number | null)[];
  top: ClassScore[][];
  notes: string[];
  milliseconds: number;
}

/** What maps need of a probe set; a ready batch from a file is one, too. */
export type MapInputs = Pick<ProbeSet, 'input' | 'batch' | 'kind'> & { samples: number };

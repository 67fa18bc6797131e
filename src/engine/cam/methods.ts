import type { MapMethod } from '../../shared/engineApi.js';
import { cam, randomCam, unitMap } from './channelMaps.js';
import { eigenCam } from './eigenCam.js';

/** One layer's activations for one input. */
export interface LayerActivations {
  /** channels × height × width */
  values: Float32Array;
  channels: number;
  height: number;
  width: number;
}

/** What a method is given beside the activations; it uses what its `needs` names. */
export interface MapContext {
  /** The class's weights on the layer's channels, where pooling and a linear layer follow. */
  headWeights: ArrayLike<number> | null;
  unit: number | null;
  seed: number;
}

export interface MapMethodDefinition extends MapMethod {
  needs: 'activations' | 'head weights' | 'unit';
  /** Whether what is below 0 is cut off before the map is scaled. */
  rectify: boolean;
  /** height × width, before ReLU, scaling and resizing. */
  raw(layer: LayerActivations, context: MapContext): Float32Array;
}

/** The methods by the name that the command line and the panel use, in the order in which they are offered. */
export const mapMethods = {
  eigencam: {
    name: 'eigencam',
    title: 'Eigen-CAM',
    shows: 'Where the layer’s activations vary most together, whatever the class.',
    cost: 'One forward run.',
    needsClass: false,
    needs: 'activations',
    rectify: true,
    raw: ({ values, channels, height, width }) => eigenCam(values, channels, height, width),
  },
  cam: {
    name: 'cam',
    title: 'CAM',
    shows: 'Which places speak for the class: exact, where pooling and one linear layer follow.',
    cost: 'One forward run.',
    needsClass: true,
    needs: 'head weights',
    rectify: true,
    raw: ({ values }, { headWeights }) => cam(values, needed(headWeights, 'head weights')),
  },
  activation: {
    name: 'activation',
    title: 'Activation',
    shows: 'Where the neuron itself is active, from its lowest to its highest value in this picture.',
    cost: 'One forward run.',
    needsClass: false,
    needs: 'unit',
    rectify: false,
    raw: ({ values, channels }, { unit }) => unitMap(values, channels, needed(unit, 'a unit')),
  },
  randomcam: {
    name: 'randomcam',
    title: 'Random-CAM',
    shows: 'Channels weighted by chance: a map that should not convince, to compare the others with.',
    cost: 'One forward run.',
    needsClass: false,
    needs: 'activations',
    rectify: true,
    raw: ({ values, channels }, { seed }) => randomCam(values, channels, seed),
  },
} satisfies Record<string, MapMethodDefinition> as Record<string, MapMethodDefinition>;

/** Callers look at `needs` first; to come without is their mistake, not the user's. */
function needed<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`this map wants ${what}`);
  return value;
}

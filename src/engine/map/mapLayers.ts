import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import type { ProbeSet } from '../probe/index.js';
import { streamActivations, tokenGrid, type Session, type StreamedLayer } from '../runtime/index.js';
import { defaultMapLayer } from './defaultLayer.js';
import type { MapInputs } from './mapJob.js';

interface Plane {
  height: number;
  width: number;
}

/**
 * The layer that a map is drawn for where none is named. Which layers have places is what the model's structure says, and
 * where that does not say it, what they give for the first input.
 *
 * @param open a session that gives these tensors
 * @throws UserError where no layer has places in two directions
 */
export async function chooseLayer(
  model: OnnxModel,
  inputs: MapInputs,
  open: (outputs: string[]) => Promise<Session>,
  signal: AbortSignal,
): Promise<Layer> {
  const structure = structureOf(model);
  const computed = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const layers = structure.layers.filter(({ name }) => computed.has(name));
  const planes = new Map(layers.map((layer) => [layer.name, statedPlane(layer)]));
  const unknown = layers.filter(({ name }) => planes.get(name) === null);
  if (unknown.length > 0) {
    const session = await open(unknown.map(({ name }) => name));
    try {
      for (const [name, { plane }] of await measurePlanes(session, inputs, unknown, signal)) planes.set(name, plane);
    } finally {
      await session.release();
    }
  }
  const layer = await defaultMapLayer(model, structure, (one) => {
    const plane = planes.get(one.name);
    return !!plane && isSpatial(withGrid(one, plane).plane);
  });
  if (layer) return layer;
  throw new UserError(`${model.path}: no layer has places in two directions, so there is nothing to draw a map of`, {
    hint: 'class activation maps need a convolutional network or a vision transformer',
    code: 'map/no-spatial-layer',
  });
}

const isSpatial = ({ height, width }: Plane) => height > 1 && width > 1;

/** Height and width of a layer's maps as the structure says them; null where it does not. */
function statedPlane({ shape, unitAxis }: Layer): Plane | null {
  const places = shape?.filter((_, axis) => axis !== 0 && axis !== unitAxis);
  if (!places || unitAxis === null || places.length > 2) return null;
  if (places.length === 0) return { height: 1, width: 1 };
  const [height, width] = places.length === 1 ? [1, places[0]] : places;
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : null;
}

/** Runs the first input, to learn each tensor's plane and units. */
export async function measurePlanes(
  session: Session,
  inputs: MapInputs,
  layers: readonly StreamedLayer[],
  signal: AbortSignal,
): Promise<Map<string, { plane: Plane; units: number }>> {
  const found = new Map<string, { plane: Plane; units: number }>();
  await streamActivations({
    session,
    probe: inputs as ProbeSet,
    samples: 1,
    signal,
    layers: layers.map(({ name, unitAxis }) => ({ name, unitAxis })),
    onBatch: (name, { height, width, units }) => void found.set(name, { plane: { height, width }, units }),
  });
  return found;
}

/** The layer with the grid of patches, where its places are a row of tokens. */
export function withGrid(layer: Layer, plane: Plane): StreamedLayer & { plane: Plane } {
  const { name, unitAxis, shape } = layer;
  const isTokens = plane.height === 1 && plane.width > 1 && shape?.length === 3 && unitAxis !== 1;
  const grid = isTokens ? tokenGrid(plane.width) : null;
  return grid ? { name, unitAxis, grid, plane: { height: grid.height, width: grid.width } } : { name, unitAxis, plane };
}

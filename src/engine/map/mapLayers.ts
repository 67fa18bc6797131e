import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { partFrom, structureOf } from '../onnx/index.js';
import { fixedBatchOf, type LayerLayout, type Session, tokenGrid } from '../runtime/index.js';
import { type BoxChoice, layersBesideBox } from './boxInfluence.js';
import { placesOf } from './chunk.js';
import { defaultMapLayer, pooledLayer } from './defaultLayer.js';
import { fullBatch } from './inputBatch.js';
import type { MapInputs } from './mapJob.js';
import type { ModelRuns } from './modelRuns.js';
import { statedPlaces } from './statedPlaces.js';

/**
 * The layer that a map is drawn for where none is named. Which layers have places is what the model's structure says, and
 * where that does not say it, what they give for the first input.
 *
 * @param choice what the map is drawn for; the layer has a say in it
 * @throws UserError where no layer has as many
 */
export async function chooseLayer(
  runs: ModelRuns,
  inputs: MapInputs,
  choice: BoxChoice,
  signal: AbortSignal,
): Promise<Layer> {
  const { size, score } = choice;
  const { model } = runs;
  const structure = structureOf(model);
  // A layer of another output's branch has no say in the score.
  const { nodes } = partFrom(model, [score], () => false);
  const computed = new Set([...nodes].flatMap(({ outputs }) => outputs));
  const pooled = await pooledLayer(model, structure, score);
  const layers = structure.layers.filter(({ name }) => computed.has(name));
  if (pooled && computed.has(pooled.name) && !layers.some(({ name }) => name === pooled.name)) layers.push(pooled);
  const places = new Map(layers.map((layer) => [layer.name, statedPlaces(layer)]));
  const unknown = layers.filter(({ name }) => places.get(name) === null);
  if (unknown.length > 0) {
    const session = await runs.session(unknown.map(({ name }) => name));
    try {
      for (const [name, measured] of await measurePlaces(session, inputs, unknown, signal)) places.set(name, measured);
    } finally {
      await session.release();
    }
  }
  const isSpatial = (one: Layer): boolean => {
    const own = places.get(one.name);
    if (!own) return false;
    const { grid } = withGrid(one, own, size);
    const shown = grid ? [grid.height, grid.width] : own;
    return shown.length >= size.length && shown.slice(-2).every((length) => length > 1);
  };
  const beside = await layersBesideBox(runs, inputs, choice, layers.filter(isSpatial), signal);
  const layer = await defaultMapLayer(model, structure, score, (one) => isSpatial(one) && !beside.has(one.name));
  if (layer) return layer;
  throw new UserError(`${model.path}: no layer has places in two directions, so there is nothing to draw a map of`, {
    hint: 'class activation maps need a convolutional network or a vision transformer',
    code: 'map/no-spatial-layer',
  });
}

/** Runs the first input, to learn each tensor's axes of places. */
async function measurePlaces(
  session: Session,
  inputs: MapInputs,
  layers: readonly Layer[],
  signal: AbortSignal,
): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const fixed = fixedBatchOf(session, inputs.input) ?? 1;
  const feeds = await inputs.batch(0, 1);
  signal.throwIfAborted();
  const values = await session.run(
    fullBatch(feeds, 1, fixed),
    layers.map(({ name }) => name),
  );
  for (const layer of layers) {
    // A tensor that is not per sample has no places in a picture.
    if (fixed === 1 || values[layer.name].dims[0] === fixed) {
      found.set(layer.name, placesOf(values[layer.name], layer, fixed));
    }
  }
  return found;
}

/** The layer with the grid of patches, where its places are a row of tokens over a picture. */
export function withGrid(layer: Layer, places: readonly number[], size: readonly number[]): LayerLayout {
  const { unitAxis, shape } = layer;
  const isTokens = size.length === 2 && places.length === 1 && places[0] > 1 && shape?.length === 3 && unitAxis !== 1;
  const grid = isTokens ? tokenGrid(places[0], { height: size[0], width: size[1] }) : null;
  return grid ? { unitAxis, grid } : { unitAxis };
}

import { bitsetWords, setBit, type ConceptSet } from './conceptSet.js';
import type { PlaceMask } from './placeMask.js';
import type { Column } from './positionBlocks.js';

/**
 * The positions at which a layer is compared with concepts.
 *
 * `places`: the concepts' masks, height × width a sample; a layer's maps are resized to them.
 * `samples`: every concept holds of a sample as a whole and so of all the height × width positions that the layer itself
 * has there.
 */
export interface PositionGrid {
  kind: 'places' | 'samples';
  samples: number;
  height: number;
  width: number;
}

/**
 * Masks of places are used where the layer has places (a height above 1), or has exactly the masks' size; otherwise
 * (features without places, sequences, concept sets without masks) the layer's own positions count.
 *
 * @param layer height and width of its maps for one sample; 1 × 1 without places, 1 × n for sequences
 */
export function positionGrid(set: ConceptSet, layer: { height: number; width: number }): PositionGrid {
  const { samples, height, width } = set;
  const masks = height * width > 1 && set.concepts.some(({ ofPositions }) => ofPositions !== null);
  if (masks && (layer.height > 1 || (layer.height === height && layer.width === width))) {
    return { kind: 'places', samples, height, width };
  }
  return { kind: 'samples', samples, height: layer.height, width: layer.width };
}

/** The concept on this kind of grid; null where it says nothing there (masks of places, on samples as wholes). */
export function conceptColumn(set: ConceptSet, index: number, kind: PositionGrid['kind']): Column | null {
  const { name, ofSamples, ofPositions } = set.concepts[index];
  if (kind === 'places' && ofPositions) return { places: ofPositions };
  // Where masks are of size 1 × 1, a place is a sample.
  const samples =
    ofSamples ?? (ofPositions && set.height * set.width === 1 ? onlyPlaces(ofPositions, set.samples) : null);
  if (!samples) return null;
  const words = bitsetWords(set.samples);
  if (samples.length < words)
    throw new Error(`concept "${name}" has ${samples.length} words of bits, ${words} are needed`);
  return { samples };
}

function onlyPlaces(mask: PlaceMask, samples: number): Uint32Array {
  const bits = new Uint32Array(bitsetWords(samples));
  for (let sample = 0; sample < samples; sample++) if (mask.mark(sample, new Uint32Array(1))) setBit(bits, sample);
  return bits;
}

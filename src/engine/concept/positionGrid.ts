import { bitsetWords, type ConceptSet } from './conceptSet.js';

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

/** A concept as it is compared on a grid: bits over positions, or over samples. */
export interface Column {
  bits: Uint32Array;
  perSample: boolean;
}

/** The concept's bits on this kind of grid; null where it says nothing there (masks of places, on samples as wholes). */
export function conceptColumn(set: ConceptSet, index: number, kind: PositionGrid['kind']): Column | null {
  const { name, ofSamples, ofPositions } = set.concepts[index];
  const places = set.height * set.width;
  // Where masks are of size 1 × 1, a place is a sample.
  const onlyPlace = places === 1 ? ofPositions : null;
  const column: Column | null =
    kind === 'places' && ofPositions
      ? { bits: ofPositions, perSample: false }
      : (ofSamples ?? onlyPlace)
        ? { bits: (ofSamples ?? onlyPlace)!, perSample: true }
        : null;
  if (column) {
    const words = bitsetWords(set.samples * (column.perSample ? 1 : places));
    if (column.bits.length < words) {
      throw new Error(`concept "${name}" has ${column.bits.length} words of bits, ${words} are needed`);
    }
  }
  return column;
}

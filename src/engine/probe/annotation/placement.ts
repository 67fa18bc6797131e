import { cropCorner } from '../image/crop.js';
import type { Preparation } from '../image/preprocess.js';
import { resizedTo } from '../image/prepare.js';

/** Which pixel of an annotation lies under the centre of each column and row of the concepts' masks; -1 outside the picture. */
export interface Placement {
  columns: Int32Array;
  rows: Int32Array;
}

/**
 * Annotations belong to the picture as it was taken, concepts to what the model sees of it: after the resize and the centre
 * crop, on the grid of the masks. A position takes what is annotated at its centre (nearest neighbour, as Pillow's NEAREST).
 *
 * @param picture   size of the picture, in pixels
 * @param annotated size of the annotation; the same proportions, mostly the same size
 * @param masks     size of the grid
 */
export function placementOf(
  picture: { width: number; height: number },
  annotated: { width: number; height: number },
  preparation: Preparation,
  masks: { width: number; height: number },
): Placement {
  const [width, height] = resizedTo(picture, preparation);
  return {
    columns: axis(width, preparation.width, annotated.width, masks.width),
    rows: axis(height, preparation.height, annotated.height, masks.height),
  };
}

/** @param resized picture's length after the resize @param crop of the crop @param annotated of the annotation @param places of the masks */
function axis(resized: number, crop: number, annotated: number, places: number): Int32Array {
  const corner = cropCorner(resized, crop);
  return Int32Array.from({ length: places }, (_, place) => {
    const centre = corner + ((place + 0.5) * crop) / places;
    return centre < 0 || centre >= resized ? -1 : Math.floor((centre * annotated) / resized);
  });
}

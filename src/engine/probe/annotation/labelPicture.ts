import { PictureError } from '../image/header.js';
import { decodePngLabels } from '../image/png.js';
import { AnnotationError } from './runLength.js';

/** The values of a PNG's pixels; what is wrong with it as an `AnnotationError`. */
export function decodeLabels(bytes: Uint8Array): ReturnType<typeof decodePngLabels> {
  try {
    return decodePngLabels(bytes);
  } catch (error) {
    if (error instanceof PictureError) throw new AnnotationError(`its PNG can't be read: ${error.message}`);
    throw error;
  }
}

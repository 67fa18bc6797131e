import { resizeAligned, resizeMap } from '../../../src/engine/cam/index.js';
import { assertClose } from './close.js';

describe('Resizing maps', () => {
  it('goes through volumes by cubic splines, as SciPy’s zoom', () => {
    // scipy.ndimage.zoom(volume, (5 / 3, 3 / 2, 1)) of 3 × 2 × 2.
    const volume = Float32Array.of(0, 1, 0.5, 0.25, 1, 0, 0.2, 0.8, 0.1, 0.9, 0.3, 0.6);
    const expected = [
      0, 1, 0.25, 0.625, 0.5, 0.25, 0.490625, 0.509375, 0.429688, 0.500781, 0.36875, 0.492188, 1, 0, 0.6, 0.4, 0.2, 0.8,
      0.559375, 0.440625, 0.395313, 0.586719, 0.23125, 0.732812, 0.1, 0.9, 0.2, 0.75, 0.3, 0.6,
    ]; // prettier-ignore
    assertClose(resizeMap(volume, [3, 2, 2], [5, 3, 2]), expected, 2e-6);
  });

  it('takes a row for a plane of height 1, with half-pixel centres', () => {
    assertClose(resizeMap(Float32Array.of(0, 1), [2], [4]), [0, 0.25, 0.75, 1], 1e-7);
    assertClose(resizeMap(Float32Array.of(0, 1), [2], [2, 4]), [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1], 1e-7);
  });

  it('lets the outermost places coincide for masks, as PyTorch’s align_corners', () => {
    // interpolate([[0, 1, 2], [4, 3, 8]], (3, 5), align_corners=True)
    const expected = [0, 0.5, 1, 1.5, 2, 2, 2, 2, 3.5, 5, 4, 3.5, 3, 5.5, 8];
    assertClose(resizeAligned(Float32Array.of(0, 1, 2, 4, 3, 8), [2, 3], [3, 5]), expected, 1e-7);
    assertClose(resizeAligned(Float32Array.of(7), [1, 1], [2, 2]), [7, 7, 7, 7], 0);
  });
});

import type { Tensor } from '../../runtime/tensor.js';
import { centerCrop } from './crop.js';
import { maxPixels } from './header.js';
import type { Preparation } from './preprocess.js';
import { toGrey, toRgb, type Raster } from './raster.js';
import { resize, shorterSideTo } from './resize.js';

/**
 * The picture as the model sees it, before scaling: resized and cropped, 8 bits. Turned to grey first where the model takes
 * grey, as `Image.open(file).convert('L')` before torchvision's transforms.
 */
export function preparePicture(picture: Raster, preparation: Preparation): Raster {
  const { preprocess, height, width } = preparation;
  const coloured = preprocess.channels === 'gray' ? toGrey(picture) : toRgb(picture);
  const [w, h] = resizedTo(picture, preparation);
  return centerCrop(resize(coloured, w, h), width, height);
}

/** [width, height] after the resize, before the crop. */
export function resizedTo(
  { width, height }: { width: number; height: number },
  { preprocess }: Preparation,
): [number, number] {
  if (typeof preprocess.resize === 'number') return shorterSideTo(preprocess.resize, width, height);
  return [preprocess.resize[1], preprocess.resize[0]];
}

/** Why a picture of that size cannot be prepared: a strip of one pixel's height would become a giant. Null where it can. */
export function cannotPrepare(size: { width: number; height: number }, preparation: Preparation): string | null {
  const [width, height] = resizedTo(size, preparation);
  if (width * height <= maxPixels) return null;
  return `it is ${size.width} × ${size.height} pixels, and would be ${width} × ${height} after the resize`;
}

/**
 * (pixel × scale - mean) / std for each of the 256 pixel values, in float32 as torchvision's `ToTensor` and `Normalize`.
 *
 * @returns channels × 256
 */
function valueTables({ preprocess: { scale, mean, std }, channels }: Preparation): Float32Array[] {
  const { fround } = Math;
  // ToTensor divides by 255; multiplying by the rounded 1/255 would differ in the last bit.
  const scaled = (pixel: number) => fround(Math.abs(scale * 255 - 1) < 1e-6 ? pixel / 255 : pixel * scale);
  return Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: 256 }, (__, pixel) => fround(fround(scaled(pixel) - fround(mean[c])) / fround(std[c]))),
  );
}

/**
 * Turns prepared pictures into the tensor of a batch, in the input's layout and order of colours. It is float32 whatever the
 * input's type: the runtime converts, rounding where whole numbers are wanted.
 */
export function feeder(preparation: Preparation): (pictures: Raster[]) => Tensor {
  const { preprocess, height, width, channels, dims } = preparation;
  const tables = valueTables(preparation);
  const pixels = height * width;
  const planar = preprocess.layout === 'nchw';
  return (pictures) => {
    const data = new Float32Array(pictures.length * pixels * channels);
    pictures.forEach((picture, n) => {
      for (let c = 0; c < channels; c++) {
        const source = picture.channels === 1 ? 0 : preprocess.channels === 'bgr' ? 2 - c : c;
        const table = tables[c];
        let to = n * pixels * channels + (planar ? c * pixels : c);
        const step = planar ? 1 : channels;
        for (let i = 0, from = source; i < pixels; i++, from += picture.channels, to += step) {
          data[to] = table[picture.data[from]];
        }
      }
    });
    return { type: 'float32', dims: [pictures.length, ...dims], data };
  };
}

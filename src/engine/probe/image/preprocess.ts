import type { Preprocess } from '../../../shared/probeFile.js';
import { UserError } from '../../../shared/userError.js';

/** The model input that pictures feed, as its file declares it. */
export interface PictureInput {
  name: string;
  /** ONNX element type in lower case: `float`, `float16`, `uint8`, ... */
  type: string;
  shape: (number | string | null)[] | null;
}

/** How a picture becomes the values of one sample. */
export interface Preparation {
  preprocess: Required<Preprocess>;
  /** Of the prepared picture, in pixels. */
  height: number;
  width: number;
  /** Channels of the input; grey may be repeated over three. */
  channels: 1 | 3;
  /** Dimensions of one sample, without the batch axis. */
  dims: number[];
  /** One sentence for each thing that nothing said. */
  assumptions: string[];
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Smaller inputs are those of CIFAR and its like, whose pictures come in the size of the input. */
const smallestPhotograph = 128;

/**
 * What is done with a picture for this input: as `given` says, and for what it leaves out the customary choice, each named
 * in `assumptions`. Throws a UserError where the input takes no pictures, or what is given does not fit it.
 */
export function preparationFor(input: PictureInput, given: Preprocess = {}): Preparation {
  checkSizes(given);
  const assumptions: string[] = [];
  const place = placeOf(input, given, assumptions);
  const { height, width } = sizeOf(place, given, assumptions);
  const { channels } = place;
  const integer = !/float|double/.test(input.type);

  const colours = given.channels ?? (channels === 1 ? 'gray' : 'rgb');
  if (channels === 1 && colours !== 'gray')
    refuse(input, `takes one channel, and "channels" says "${colours}"`, '"gray"');
  if (!given.channels) {
    assumptions.push(
      channels === 1
        ? 'Pictures were turned to grey, because the input has one channel.'
        : 'Colours were given in the order red, green, blue, because nothing says otherwise.',
    );
  }

  const photograph = channels === 3 && colours !== 'gray' && Math.min(height, width) >= smallestPhotograph && !integer;
  const geometry = geometryOf(height, width, photograph, given, assumptions);

  const scale = given.scale ?? defaultScale(given, integer);
  const normalise =
    photograph && given.scale === undefined && scale !== 1 && given.mean === undefined && given.std === undefined;
  const statistics = (values: number[] | undefined, otherwise: number, key: 'mean' | 'std'): number[] => {
    if (!values) {
      if (!normalise) return new Array<number>(channels).fill(otherwise);
      // Means and deviations are per channel of the input, so they follow the order of the colours.
      return colours === 'bgr' ? [...imagenet[key]].reverse() : imagenet[key];
    }
    if (values.length === channels) return values;
    if (values.length === 1) return new Array<number>(channels).fill(values[0]);
    return refuse(input, `has ${channels} channels, and "${key}" has ${values.length} numbers`, `${channels} numbers`);
  };
  const mean = statistics(given.mean, 0, 'mean');
  const std = statistics(given.std, 1, 'std');
  if (std.some((value) => !(value > 0)))
    refuse(input, '"std" holds a number that is not above 0', 'deviations above 0');
  const scaled = scale === 1 ? 'left at 0..255' : scale === 1 / 255 ? 'scaled by 1/255' : `scaled by ${scale}`;
  if (given.scale === undefined || given.mean === undefined || given.std === undefined) {
    assumptions.push(
      `Pixels were ${scaled} and ${normalised(normalise, given, mean, std)}, ${becauseOf(given, integer)}.`,
    );
  }
  return {
    preprocess: { ...geometry, channels: colours, layout: place.layout, scale, mean, std },
    height,
    width,
    channels,
    dims: place.dims(height, width),
    assumptions,
  };
}

/** What is assumed of pictures for this input where no probe file speaks; as `preparationFor`, in the words of a probe file. */
export function preprocessFor(
  input: PictureInput,
  given: Preprocess = {},
): { preprocess: Required<Preprocess>; assumptions: string[] } {
  const { preprocess, assumptions } = preparationFor(input, given);
  return { preprocess, assumptions };
}

const feedable = /^(b?float\d*|double|u?int(8|16|32|64))$/;

/** Where height, width and channels lie in the input's shape; null sizes are dynamic. */
interface Place {
  layout: 'nchw' | 'nhwc';
  channels: 1 | 3;
  height: number | null;
  width: number | null;
  dims(height: number, width: number): number[];
}

function placeOf(input: PictureInput, given: Preprocess, assumptions: string[]): Place {
  const { shape } = input;
  if (!feedable.test(input.type))
    refuse(input, `takes values of type ${input.type}`, 'pictures feed inputs of numbers');
  const fixed = (axis: number): number | null =>
    typeof shape?.[axis] === 'number' && shape[axis] > 0 ? shape[axis] : null;
  const unfit = () =>
    refuse(input, `wants ${shapeText(shape)}, which is no picture`, 'pictures feed inputs such as N × 3 × 224 × 224');

  if (shape && shape.length === 2) return flatPlace(fixed(1) ?? unfit(), given, assumptions, unfit);
  if (shape && shape.length === 3) {
    // N × H × W, as Keras has it for grey; 3 × H × W is a picture without a batch axis.
    if (fixed(0) === 3) {
      const wanted = `1 × ${shapeText(shape)}`;
      refuse(
        input,
        `wants ${shapeText(shape)}, a picture without a batch axis`,
        `export it to take ${wanted}, of which it uses x[0]`,
      );
    }
    const dims = (height: number, width: number) => [height, width];
    return { layout: 'nchw', channels: 1, height: fixed(1), width: fixed(2), dims };
  }
  if (shape && shape.length !== 4) return unfit();

  const colours = (axis: number) => (fixed(axis) === 1 || fixed(axis) === 3 ? (fixed(axis) as 1 | 3) : null);
  const layout = given.layout ?? (colours(1) ? 'nchw' : colours(3) ? 'nhwc' : 'nchw');
  const channelAxis = layout === 'nchw' ? 1 : 3;
  if (fixed(channelAxis) !== null && !colours(channelAxis)) return unfit();
  const channels = colours(channelAxis) ?? (given.channels === 'gray' ? 1 : 3);
  if (!colours(channelAxis)) {
    assumptions.push(
      `The input was taken as ${layout.toUpperCase()} with ${channels === 1 ? 'one channel' : '3 channels'}, because its shape does not say.`,
    );
  }
  return layout === 'nchw'
    ? { layout, channels, height: fixed(2), width: fixed(3), dims: (h, w) => [channels, h, w] }
    : { layout, channels, height: fixed(1), width: fixed(2), dims: (h, w) => [h, w, channels] };
}

/** N × features, as multilayer perceptrons take pictures: a square picture, row by row. */
function flatPlace(features: number, given: Preprocess, assumptions: string[], unfit: () => never): Place {
  const square = (channels: 1 | 3): Place | null => {
    const side = Math.sqrt(features / channels);
    if (!Number.isInteger(side) || side < 8) return null;
    assumptions.push(
      `The input's ${features} features were taken as ${channels === 1 ? 'a grey' : 'an RGB'} picture of ${side} × ${side}, ${
        channels === 1 ? 'row by row' : given.layout === 'nhwc' ? 'pixel by pixel' : 'channel by channel'
      }.`,
    );
    return { layout: given.layout ?? 'nchw', channels, height: side, width: side, dims: () => [features] };
  };
  return square(1) ?? square(3) ?? unfit();
}

function sizeOf(place: Place, given: Preprocess, assumptions: string[]): { height: number; width: number } {
  const said = given.crop !== undefined ? pair(given.crop) : Array.isArray(given.resize) ? given.resize : null;
  const height = place.height ?? said?.[0] ?? place.width ?? 224;
  const width = place.width ?? said?.[1] ?? place.height ?? 224;
  if (!said && (place.height === null || place.width === null)) {
    assumptions.push(`Pictures were made ${height} × ${width}, because the input takes any size.`);
  }
  if (said && (said[0] !== height || said[1] !== width)) {
    throw new UserError(
      `"preprocess": "${given.crop === undefined ? 'resize' : 'crop'}" gives pictures of ${said[0]} × ${said[1]}, and the model's input wants ${height} × ${width}`,
      { hint: `set it to [${height}, ${width}]`, code: 'probe/preprocess' },
    );
  }
  return { height, width };
}

/** How the picture comes to its size. */
function geometryOf(
  height: number,
  width: number,
  photograph: boolean,
  given: Preprocess,
  assumptions: string[],
): { resize: number | [number, number]; crop: [number, number] } {
  const crop: [number, number] = [height, width];
  if (given.resize !== undefined) return { resize: given.resize, crop };
  if (given.crop === undefined && !photograph) {
    assumptions.push(`Pictures were resized to ${height} × ${width} exactly, whatever their proportions.`);
    return { resize: crop, crop };
  }
  if (!photograph) return { resize: crop, crop };
  // ImageNet's 256 for a crop of 224, in proportion.
  const shorter = Math.round((Math.max(height, width) * 256) / 224);
  assumptions.push(
    `Pictures were resized to ${shorter} pixels on the shorter side and cropped to ${height} × ${width} in the middle, as is usual for ImageNet.`,
  );
  return { resize: shorter, crop };
}

const largestSide = 8192;

function checkSizes(given: Preprocess): void {
  for (const key of ['resize', 'crop'] as const) {
    for (const side of given[key] === undefined ? [] : pair(given[key])) {
      if (Number.isInteger(side) && side >= 1 && side <= largestSide) continue;
      throw new UserError(`"preprocess": "${key}" is ${JSON.stringify(given[key])}`, {
        hint: `give whole numbers of pixels from 1 to ${largestSide}`,
        code: 'probe/preprocess',
      });
    }
  }
}

/** Means above 1 can only be of pixels from 0 to 255. */
const defaultScale = (given: Preprocess, integer: boolean): number =>
  integer || given.mean?.some((value) => Math.abs(value) > 1) ? 1 : 1 / 255;

function normalised(imagenets: boolean, given: Preprocess, mean: number[], std: number[]): string {
  if (imagenets) return "normalised with ImageNet's mean and standard deviation";
  if (!given.mean && !given.std) return 'not normalised';
  return `normalised with mean ${mean.join(', ')} and standard deviation ${std.join(', ')}`;
}

function becauseOf(given: Preprocess, integer: boolean): string {
  if (given.scale === undefined && integer) return 'because the input takes whole numbers';
  if (given.scale === undefined && given.mean?.some((value) => Math.abs(value) > 1))
    return 'because the means are those of pixels from 0 to 255';
  return 'because nothing says otherwise';
}

const pair = (size: number | [number, number]): [number, number] => (Array.isArray(size) ? size : [size, size]);

const shapeText = (shape: PictureInput['shape']): string =>
  shape ? shape.map((dim) => dim ?? '?').join(' × ') || 'a single number' : 'a shape it does not say';

function refuse(input: PictureInput, what: string, hint: string): never {
  throw new UserError(`input "${input.name}" ${what}`, { hint, code: 'probe/preprocess' });
}

import type { Picture, ProbeChoice } from '../../shared/engineApi.js';
import { UserError } from '../../shared/userError.js';
import { scaleToUnit } from '../cam/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { modelInputs, openProbe, otherInputs, readArray } from '../probe/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { isChannels } from './inputBatch.js';
import type { MapInputs } from './mapJob.js';

export interface OpenedInputs {
  inputs: MapInputs;
  /** Sizes of the input's axes of places: height and width; a length; depth, height and width. */
  size: number[];
  /** Of a volume, all its planes below each other. */
  picture(sample: number): Picture;
  notes: string[];
}

/** One picture, prepared as the probe set says; without one, as its input's shape suggests, which the notes say. */
export async function fileInputs(
  model: OnnxModel,
  file: string,
  choice: ProbeChoice | null,
  bundledFolder: string,
): Promise<OpenedInputs> {
  const probe = await openProbe(choice ?? { kind: 'data', path: file }, model, { bundledFolder });
  if (!probe.prepareFile) {
    throw new UserError('the probe set says nothing about pictures', {
      hint: 'name one of kind "images" with --probe',
    });
  }
  const { feeds, picture } = await probe.prepareFile(file);
  return {
    inputs: { kind: 'images', input: probe.input, samples: 1, batch: async () => feeds },
    size: [picture.height, picture.width],
    picture: () => picture,
    notes: choice ? [] : probe.assumptions,
  };
}

/**
 * A ready batch as it goes into the model: pictures, N × C × H × W or N × H × W × C; rows, N × C × L; volumes,
 * N × C × D × H × W.
 */
export async function arrayInputs(model: OnnxModel, file: string): Promise<OpenedInputs> {
  const array = await readArray(file);
  const shape = array.dims;
  const [input] = modelInputs(model);
  if (!input) throw new UserError(`${model.path}: the model takes no input`, { code: 'model/no-inputs' });
  if (shape.length < 3 || shape.length > 5 || shape.includes(0)) {
    throw new UserError(
      `${file}: a batch of pictures is N × C × H × W or N × H × W × C, got ${shape.join(' × ') || 'a scalar'}`,
      {
        hint: 'add the missing axes',
      },
    );
  }
  const last = shape.length - 1;
  const channelsLast = shape.length === 4 && isChannels(shape[last]) && !isChannels(shape[1]);
  const places = channelsLast ? shape.slice(1, last) : shape.slice(2);
  const width = places[places.length - 1];
  const height = places.slice(0, -1).reduce((product, length) => product * length, 1);
  const channels = channelsLast ? shape[last] : shape[1];
  const size = channels * height * width;
  const data = Float32Array.from(array.data as ArrayLike<number>, Number);
  const rest = await otherInputs(model, input, shape.slice(1));
  return {
    inputs: {
      kind: 'arrays',
      input: input.name,
      samples: shape[0],
      async batch(first, count): Promise<Record<string, Tensor>> {
        const values = data.subarray(first * size, (first + count) * size);
        return {
          ...rest.feeds(first, count),
          [input.name]: { type: 'float32', dims: [count, ...shape.slice(1)], data: values },
        };
      },
    },
    size: places,
    picture(sample) {
      // A prepared input has lost its pixels' range; it is shown stretched over the range it has.
      const shown = scaleToUnit(data.slice(sample * size, (sample + 1) * size));
      const rgba = new Uint8Array(4 * height * width).fill(255);
      for (let pixel = 0; pixel < height * width; pixel++) {
        for (let channel = 0; channel < 3; channel++) {
          const from = channels >= 3 ? channel : 0;
          rgba[4 * pixel + channel] = Math.round(
            255 * shown[channelsLast ? pixel * channels + from : from * height * width + pixel],
          );
        }
      }
      return { width, height, rgba, name: `input ${sample}`, path: null };
    },
    notes: rest.assumptions,
  };
}

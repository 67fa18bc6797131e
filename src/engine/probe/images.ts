import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Picture, ProbeChoice } from '../../shared/engineApi.js';
import type { ImagesProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import type { Tensor, TensorData } from '../runtime/tensor.js';
import { annotationSources } from './annotation/index.js';
import { sha256Of } from './dataFile.js';
import { imageConcepts } from './imageConcepts.js';
import {
  cannotPrepare,
  classFolders,
  decodeFile,
  feeder,
  mapInOrder,
  preparationFor,
  preparePicture,
  rasterCache,
  resize,
  toRgba,
  type PictureInput,
  type Raster,
} from './image/index.js';
import type { ClassNamer } from './packed/index.js';
import { pictureSet } from './pictureSet.js';
import type { ProbeSet } from './probeSet.js';

export interface ImagesOptions {
  /** Folder that the probe file's paths are relative to. */
  base: string;
  choice: ProbeChoice;
  title?: string;
  /** Folders of the workspace, for the title. */
  roots?: readonly string[];
  /** The model input that the pictures feed. */
  input: PictureInput;
  /** Values of the model's other inputs for one sample (repeated along a first axis of 1), or for a number of samples. */
  otherInputs?: Record<string, Tensor> | ((count: number) => Record<string, Tensor>);
  /** Names of classes that the data have as numbers alone. */
  classNames?: ClassNamer;
  /** What was assumed before the pictures came into play. */
  assumptions?: string[];
  bundled?: boolean;
}

/** Prepared pictures that are kept: 8 bits a channel, so about 900 of 3 × 224 × 224. */
const cacheBytes = 128 << 20;
/** Files that are read at the same time; decoding itself runs one after the other. */
const readAtOnce = 4;

/** A folder or list of pictures as a probe set. Throws a UserError where none can be read or the input takes no pictures. */
export async function openImages(file: ImagesProbeFile, options: ImagesOptions): Promise<ProbeSet> {
  const { base, choice, input, otherInputs = {} } = options;
  const concepts = file.concepts ?? {};
  const preparation = preparationFor(input, file.preprocess);
  const set = await pictureSet(base, file.data, preparation, options.roots, options.classNames);
  const { pictures: files } = set;
  const annotations = await annotationSources(concepts, base);
  const tensorOf = feeder(preparation);
  const cache = rasterCache(cacheBytes);

  const prepare = (raster: Raster, name: string): Raster => {
    const obstacle = cannotPrepare(raster, preparation);
    if (obstacle) throw new UserError(`${name}: ${obstacle}`, { hint: 'cut it to the part that matters' });
    return preparePicture(raster, preparation);
  };
  const prepared = async (sample: number): Promise<Raster> => {
    const kept = cache.get(sample);
    if (kept) return kept;
    const raster = prepare(await set.decode(sample), files[sample].name);
    cache.set(sample, raster);
    return raster;
  };
  const others = (count: number): Record<string, Tensor> =>
    typeof otherInputs === 'function'
      ? otherInputs(count)
      : Object.fromEntries(Object.entries(otherInputs).map(([name, tensor]) => [name, repeated(tensor, count)]));
  const checked = (sample: number): number => {
    if (Number.isInteger(sample) && sample >= 0 && sample < files.length) return sample;
    throw new UserError(`sample ${sample}: there are ${files.length} pictures`, { hint: `0 to ${files.length - 1}` });
  };

  const nameOf = (sample: number): string => {
    const { name, path: picture } = files[sample];
    return picture === null ? `picture ${name}` : name;
  };

  return {
    choice,
    kind: 'images',
    title: options.title ?? set.title,
    path: set.path,
    samples: files.length,
    input: input.name,
    columns: [],
    bundled: options.bundled ?? false,
    drawn: false,
    assumptions: [...(options.assumptions ?? []), ...preparation.assumptions, ...set.notes],

    async sha256() {
      const hash = createHash('sha256').update(JSON.stringify({ preprocess: preparation.preprocess, concepts }));
      await set.hashInto(hash);
      if (concepts.labels !== undefined) hash.update(await readFile(path.resolve(base, concepts.labels)));
      for (const file of annotations.flatMap((source) => source.files)) hash.update(await sha256Of(file, null));
      return hash.digest('hex');
    },

    async batch(first, count) {
      const samples = Array.from({ length: count }, (_, i) => checked(first + i));
      const rasters = await mapInOrder(samples, readAtOnce, prepared);
      return { ...others(count), [input.name]: tensorOf(rasters) };
    },

    async prepareFile(picture) {
      const raster = prepare(await decodeFile(picture), picture);
      return {
        feeds: { ...others(1), [input.name]: tensorOf([raster]) },
        picture: pictureOf(raster, path.basename(picture), picture),
      };
    },

    async picture(sample, size) {
      const { path: picture } = files[checked(sample)];
      return pictureOf(fitted(await prepared(sample), size), nameOf(sample), picture);
    },

    async view(sample) {
      const { path: picture, folder: label } = files[checked(sample)];
      return { name: nameOf(sample), path: picture, labels: label === null ? [] : [label], values: null };
    },

    concepts(samples, signal, onProgress): Promise<ConceptSet> {
      return imageConcepts({
        files: files.slice(0, samples),
        folders: concepts.folders ?? (file.concepts === undefined && classFolders(files).length > 1),
        labels: concepts.labels === undefined ? null : path.resolve(base, concepts.labels),
        annotations,
        othersFollow: file.outputs !== undefined && file.outputs !== false,
        // What is annotated is somebody's own words for the pictures; measured ones join them only when asked to.
        auto: concepts.auto ?? (concepts.labels === undefined && concepts.folders !== true && annotations.length === 0),
        preparation,
        prepared,
        signal,
        onProgress,
      });
    },
  };
}

/** One sample's value for every sample of a batch; a tensor without a batch axis of 1 is passed as it is. */
function repeated(tensor: Tensor, count: number): Tensor {
  if (count === 1 || tensor.dims[0] !== 1) return tensor;
  const { data } = tensor;
  const dims = [count, ...tensor.dims.slice(1)];
  if (Array.isArray(data)) return { ...tensor, dims, data: Array.from({ length: count }, () => data).flat() };
  const copies = new (data.constructor as new (length: number) => Exclude<TensorData, string[]>)(data.length * count);
  for (let i = 0; i < count; i++) (copies as Uint8Array).set(data as Uint8Array, i * data.length);
  return { ...tensor, dims, data: copies };
}

/** Fitted into size × size with its proportions; what is smaller stays as it is, for the page to enlarge without blur. */
function fitted(raster: Raster, size: number): Raster {
  const longest = Math.max(raster.width, raster.height);
  if (longest <= size) return raster;
  const side = (n: number) => Math.max(1, Math.round((n * size) / longest));
  return resize(raster, side(raster.width), side(raster.height));
}

function pictureOf(raster: Raster, name: string, file: string | null): Picture {
  return { width: raster.width, height: raster.height, rgba: toRgba(raster), name, path: file };
}

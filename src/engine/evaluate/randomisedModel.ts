import { copyFile, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { readModel } from '../onnx/index.js';
import type { OnnxModel, TensorReference } from '../onnx/model.js';
import { mulberry32 } from '../random.js';

/** Weights are floats, or what they were quantised to. */
const elementBytes: Record<string, number> = { float: 4, double: 8, float16: 2, bfloat16: 2, int8: 1, uint8: 1 };

export interface RandomisedModel {
  model: OnnxModel;
  /** How many weights were randomised, and names of those that could not be. */
  randomised: number;
  left: string[];
  remove(): Promise<void>;
}

/**
 * A copy of the model with the elements of every weight of two axes or more in random order: what it learned is gone, the
 * distribution of its weights is the same. A map that does not change with it does not show what was learned: the
 * randomisation test of Adebayo et al. 2018, all layers at once, by permutation.
 *
 * The copy lies in a temporary folder, beside it its weights where they are in files of their own.
 *
 * @throws UserError where the copy cannot be written or no weight could be randomised
 */
export async function randomisedModel(model: OnnxModel, seed: number): Promise<RandomisedModel> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-randomised-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const source = path.dirname(path.resolve(model.path));
    const weights = weightsOf(model);
    const files = new Set(weights.flatMap(({ data }) => (data.in === 'external' ? [data.file] : [])));
    const copy = path.join(folder, path.basename(model.path));
    await copyFile(model.path, copy);
    for (const file of files) {
      const to = path.resolve(folder, file);
      if (!to.startsWith(folder + path.sep))
        throw new UserError(`${path.basename(model.path)}: its weights lie outside of its folder (${file})`, {
          hint: 'export the model again with its weights beside it',
          code: 'model/weight',
        });
      await mkdir(path.dirname(to), { recursive: true });
      await copyFile(path.resolve(source, file), to);
    }
    const random = mulberry32(seed);
    const left: string[] = [];
    for (const weight of weights) {
      if (await permute(weight, random)) continue;
      left.push(weight.name || `a constant of ${weight.type} ${weight.dims.join(' × ')}`);
    }
    if (left.length === weights.length)
      throw new UserError(`${path.basename(model.path)}: has no weight that could be randomised`, {
        hint: 'this check needs weights that are stored densely',
        code: 'evaluate/no-weights',
      });
    return { model: await readModel(copy), randomised: weights.length - left.length, left, remove };

    async function permute({ data, type, dims }: TensorReference, uniform: () => number): Promise<boolean> {
      const size = elementBytes[type];
      const length = size * dims.reduce((product, dim) => product * dim, 1);
      if (data.in === 'raw' && data.length === length) await permuteBytes(copy, data.offset, length, size, uniform);
      else if (data.in === 'external')
        await permuteBytes(path.resolve(folder, data.file), data.offset, length, size, uniform);
      else if (data.in === 'typed' && data.chunks.length === 1 && data.chunks[0].packed && data.field !== 'int32_data')
        await permuteBytes(copy, data.chunks[0].offset, data.chunks[0].length, size, uniform);
      else return false;
      return true;
    }
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Weights of the main graph and of its Constant nodes, each stretch of bytes once. */
function weightsOf({ graph }: OnnxModel): TensorReference[] {
  const constants = graph.nodes.flatMap(({ op, attributes }) => {
    const value = attributes.get('value');
    return op === 'Constant' && value?.type === 'tensor' ? [value.value] : [];
  });
  const byPlace = new Map<string, TensorReference>();
  for (const tensor of [...graph.initializers.values(), ...constants]) {
    if (tensor.dims.length < 2 || !Object.hasOwn(elementBytes, tensor.type) || tensor.dims.includes(0)) continue;
    byPlace.set(JSON.stringify(tensor.data), tensor);
  }
  return [...byPlace.values()];
}

async function permuteBytes(
  file: string,
  offset: number,
  length: number,
  size: number,
  uniform: () => number,
): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, offset);
    const element = Buffer.alloc(size);
    for (let i = length / size - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      bytes.copy(element, 0, i * size, (i + 1) * size);
      bytes.copyWithin(i * size, j * size, (j + 1) * size);
      element.copy(bytes, j * size);
    }
    await handle.write(bytes, 0, length, offset);
  } finally {
    await handle.close();
  }
}

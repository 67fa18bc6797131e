import { promises as fs } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { elementCount, rawBytes } from './elementType.js';
import type { OnnxModel, TensorReference } from './model.js';
import { decodeRaw, decodeTyped, type Elements } from './tensorElements.js';

export interface TensorContent {
  dims: number[];
  /** float16, bfloat16, float and double as float32 or float64; integers as they are; bool as 0 and 1. */
  data: Elements;
}

/** One weight that is read whole; more than this does not fit into one array buffer everywhere. */
const mostBytes = 2 ** 31;

/**
 * A tensor's elements, from the model's file or the file beside it that holds its weights.
 *
 * @throws UserError where the bytes are not there, are not as many as the shape says, lie outside the model's folder, or
 * are of a type that has no numbers here
 */
export async function readTensor(model: OnnxModel, tensor: TensorReference): Promise<TensorContent> {
  const { dims, data, type } = tensor;
  const refuse = (what: string, hint = 'the file is damaged; export it again'): never => {
    throw new UserError(`${path.basename(model.path)}: weight "${tensor.name}" ${what}`, {
      hint,
      code: 'model/weight',
    });
  };
  const elements = elementCount(dims);
  if (Number.isNaN(elements)) {
    refuse(`has a negative dimension (${dims.join(' × ')})`);
  }
  if (data.in === 'sparse') {
    return refuse('is stored sparsely, which is not read', 'export the model with dense weights');
  }
  const bytes = rawBytes(type, elements);
  if (bytes === null) {
    return refuse(`holds ${type} values, which are no numbers`, 'choose another layer');
  }
  if (!(bytes <= mostBytes)) {
    return refuse(`has ${dims.join(' × ')} elements, more than can be read`);
  }
  if (data.in === 'typed') {
    const chunks: { bytes: Buffer; packed: boolean }[] = [];
    for (const { offset, length, packed } of data.chunks) {
      chunks.push({ bytes: await read(model.path, offset, length), packed });
    }
    const values = decodeTyped(type, elements, chunks);
    return values ? { dims, data: values } : refuse(`has not the ${elements} elements that its shape says`);
  }
  if (data.in === 'raw') {
    if (data.length !== bytes) {
      return refuse(`has ${data.length} bytes where its shape needs ${bytes}`);
    }
    return { dims, data: decodeRaw(type, elements, await read(model.path, data.offset, data.length)) };
  }
  const file = await externalFile(model, data.file, refuse);
  const { size } = await fs.stat(file);
  const length = data.length ?? bytes;
  if (!(Number.isSafeInteger(data.offset) && data.offset >= 0) || length !== bytes || data.offset + length > size) {
    return refuse(`wants ${length} bytes at ${data.offset} of ${data.file}, which has ${size}`);
  }
  return { dims, data: decodeRaw(type, elements, await read(file, data.offset, length)) };
}

/** The data file's path, inside the model's folder: ONNX allows no other, and ONNX Runtime follows no other. */
async function externalFile(
  model: OnnxModel,
  name: string,
  refuse: (what: string, hint: string) => never,
): Promise<string> {
  const folder = await fs.realpath(path.dirname(path.resolve(model.path)));
  const escapes = `lies outside the model's folder (${name}), which is not followed`;
  const stated = path.resolve(folder, name);
  if (name === '' || path.isAbsolute(name) || !isInside(folder, stated)) {
    refuse(escapes, 'export the model again with its weights beside it');
  }
  const real = await fs
    .realpath(stated)
    .catch(() => refuse(`lies in ${name}, which is not beside the model`, "put that file into the model's folder"));
  if (!isInside(folder, real)) {
    refuse(escapes, 'export the model again with its weights beside it');
  }
  return real;
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

async function read(file: string, offset: number, length: number): Promise<Buffer> {
  const handle = await fs.open(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) {
        throw new UserError(`${path.basename(file)} ends before the bytes that its structure names`, {
          hint: 'copy or export it again',
          code: 'model/changed',
        });
      }
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await handle.close();
  }
}

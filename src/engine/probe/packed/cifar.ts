import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { readingError } from '../dataFile.js';
import { classList, type ClassNamer } from './classList.js';
import type { PackedPictures } from './packedPictures.js';

const side = 32;
const pixels = side * side;

/** Names of the files in CIFAR's binary version. */
export const isCifarName = (file: string): boolean =>
  /^(data_batch_\d+|test_batch|train|test)\.bin$/i.test(path.basename(file));

/** How many bytes of labels stand before each picture: 1 in CIFAR-10, 2 (coarse, fine) in CIFAR-100; null: it is neither. */
export function cifarLabels(file: string, size: number): 1 | 2 | null {
  const [ten, hundred] = [1, 2].map((labels) => size > 0 && size % (labels + 3 * pixels) === 0);
  // A multiple of both is told by the name.
  if (ten && hundred) return /batch/i.test(path.basename(file)) ? 1 : 2;
  return ten ? 1 : hundred ? 2 : null;
}

/** CIFAR-10 and CIFAR-100, binary version (Krizhevsky 2009): a label, then 32 × 32 red, green and blue, plane after plane. */
export async function cifarPictures(file: string, ofModel: ClassNamer | null): Promise<PackedPictures> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readingError(file, error);
  });
  const name = path.basename(file);
  const labels = cifarLabels(file, bytes.length);
  if (labels === null) {
    throw new UserError(
      `${name}: its ${bytes.length.toLocaleString('en')} bytes are no whole number of CIFAR's records`,
      {
        hint: 'CIFAR-10 has 3,073 bytes a picture, CIFAR-100 3,074, both in the binary version',
        code: 'cifar/length',
      },
    );
  }
  const record = labels + 3 * pixels;
  const count = bytes.length / record;
  const classOf = (index: number) => bytes[index * record + labels - 1];
  const most = labels === 1 ? 10 : 100;
  const wrong = Array.from({ length: count }, (_, index) => classOf(index)).findIndex((label) => label >= most);
  if (wrong >= 0) {
    throw new UserError(`${name}: picture ${wrong} is of class ${classOf(wrong)}, and CIFAR-${most} has ${most}`, {
      hint: "check that it is CIFAR's binary version",
      code: 'cifar/labels',
    });
  }
  const fine = labels === 1 ? undefined : ['fine_label_names.txt'];
  const { names, notes } = await classList(path.dirname(file), most, ofModel, fine);
  return {
    count,
    width: side,
    height: side,
    classes: Array.from({ length: count }, (_, index) => names?.[classOf(index)] ?? String(classOf(index))),
    notes: [`${name} was read as CIFAR-${most}${names ? '' : '; no file beside it names its classes'}.`, ...notes],
    files: [file],
    async raster(index) {
      const first = index * record + labels;
      const data = new Uint8Array(3 * pixels);
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < 3; c++) data[3 * i + c] = bytes[first + c * pixels + i];
      }
      return { width: side, height: side, channels: 3, data };
    },
  };
}

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { annotationFormat, picturesOf } from './annotation/index.js';
import { npyFileHead } from './arrayFile.js';
import { csvHead } from './csv.js';
import { splitKey } from './dataFile.js';
import { arrayDims, isPicture, type ModelInput } from './modelInput.js';
import type { NpyHead } from './npy.js';
import { npzHeads } from './npz.js';
import { cifarLabels, holdsPictures, idxHead, isCifarName, isIdxName } from './packed/index.js';
import { parquetHead } from './parquet.js';
import { probeTitle } from './probeTitle.js';
import { columnsFor } from './states.js';

export interface FittingData {
  spec: string;
  title: string;
  /** Columns beyond those that the input takes. */
  excess: number;
}

/** What of a data file could feed one of the inputs: the file, or keys of it. Broken files offer nothing. */
export async function fittingData(spec: string, inputs: ModelInput[]): Promise<FittingData[]> {
  const { file, key } = splitKey(spec);
  const name = path.basename(file);
  try {
    if (/\.(csv|tsv)$/i.test(file)) {
      const { table, share } = await csvHead(file);
      const taken = columnsTaken(table.names, inputs);
      // A reward, an action, a time beside the columns: a table with many more is about something else.
      const fits = taken > 0 && table.names.length <= 2 * taken + 4;
      const whole = probeTitle(name, table.rows, 'row');
      const about = Number((table.rows * share).toPrecision(2)).toLocaleString('en');
      const title = share === 1 ? whole : `${name} · about ${about} rows`;
      return fits ? [{ spec, title, excess: table.names.length - taken }] : [];
    }
    if (/\.parquet$/i.test(file)) {
      const { rows, columns } = await parquetHead(file);
      const taken = columnsTaken(columns, inputs);
      return taken > 0 && columns.length <= 2 * taken + 4
        ? [{ spec, title: probeTitle(name, rows, 'row'), excess: columns.length - taken }]
        : [];
    }
    if (/\.json$/i.test(file)) return await fittingAnnotations(file, inputs);
    if (isIdxName(file)) {
      const { dims } = await idxHead(file);
      return dims.length === 3 && fitsPictures(dims[1], dims[2], 1, inputs)
        ? [{ spec, title: probeTitle(name, dims[0], 'picture'), excess: 0 }]
        : [];
    }
    if (/\.bin$/i.test(file)) {
      const { size } = await stat(file);
      const labels = isCifarName(file) ? cifarLabels(file, size) : null;
      return labels !== null && fitsPictures(32, 32, 3, inputs)
        ? [{ spec, title: probeTitle(name, size / (labels + 3072), 'picture'), excess: 0 }]
        : [];
    }
    if (/\.npy$/i.test(file)) {
      const { head } = await npyFileHead(file);
      return fitsArray(head, inputs)
        ? [{ spec, title: probeTitle(name, head.shape[0], nounFor(head, inputs)), excess: 0 }]
        : [];
    }
    const heads = [...(await npzHeads(file))].filter(([name]) => key === null || name === key);
    const named = (one: string) => inputs.some((input) => input.name === one);
    return heads
      .flatMap(([one, head]) => (head instanceof UserError || !fitsArray(head, inputs) ? [] : [{ one, head }]))
      .sort((a, b) => Number(named(b.one)) - Number(named(a.one)))
      .map(({ one, head }) => ({
        spec: `${file}:${one}`,
        title: probeTitle(`${name}:${one}`, head.shape[0], nounFor(head, inputs)),
        excess: 0,
      }));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** How many of a table's columns one of the inputs would take. */
const columnsTaken = (names: string[], inputs: ModelInput[]): number =>
  inputs
    .filter(takesColumns)
    .map((input) => columnsFor(names, input)?.length ?? 0)
    .reduce((most, columns) => Math.max(most, columns), 0);

/** Pictures of that size and no other: what would have to be enlarged is about something else. */
function fitsPictures(height: number, width: number, channels: number, inputs: ModelInput[]): boolean {
  return inputs.some((input) => {
    if (!isPicture(input)) return false;
    const [, a, b, c] = input.shape!;
    const is = (wanted: number | string | null, size: number) => typeof wanted !== 'number' || wanted === size;
    return (is(a, channels) && is(b, height) && is(c, width)) || (is(a, height) && is(b, width) && c === channels);
  });
}

/** COCO's or VIA's JSON, where its pictures are at hand. */
async function fittingAnnotations(file: string, inputs: ModelInput[]): Promise<FittingData[]> {
  if (!inputs.some(isPicture) || (await annotationFormat(file)) === null) return [];
  const folder = await picturesOf(file);
  return [
    { spec: file, title: `${path.basename(file)} · masks of the pictures in ${path.basename(folder)}`, excess: 0 },
  ];
}

/** Tables feed inputs of numbers whose size is known; an input open in its length would take any table. */
export const takesColumns = (input: ModelInput): boolean =>
  !isPicture(input) &&
  input.shape !== null &&
  input.shape.length >= 1 &&
  input.shape.slice(1).every((size) => typeof size === 'number');

const nounFor = (head: NpyHead, inputs: ModelInput[]): string =>
  holdsPictures(head) && inputs.some(isPicture) ? 'picture' : 'sample';

function fitsArray(head: NpyHead, inputs: ModelInput[]): boolean {
  const [samples, ...rest] = head.shape;
  // A vector is labels or rewards far more often than inputs; one number is no set of samples.
  if (samples === undefined || samples < 2 || rest.length === 0) return false;
  return inputs.some((input) => {
    const open = input.shape === null || input.shape.slice(1).some((size) => typeof size !== 'number');
    const typeFits = input.type.includes('int') === /^[iu]/.test(head.element) || !input.type.includes('int');
    return typeFits && arrayDims(input, rest) !== null && (!open || rest.length > 1 || input.type.includes('int'));
  });
}

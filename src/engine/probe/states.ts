import path from 'node:path';
import type { ProbeChoice } from '../../shared/engineApi.js';
import type { StatesProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { Tensor } from '../runtime/tensor.js';
import { readArray } from './arrayFile.js';
import { readCsv } from './csv.js';
import { sha256Of, splitKey } from './dataFile.js';
import { cast, describeInput, sampleDims, tensorTypeOf, valuesPerSample, type ModelInput } from './modelInput.js';
import type { ModelOutputs } from './modelOutputs.js';
import { didYouMean } from './nearest.js';
import type { OtherInputs } from './otherInputs.js';
import { readParquet } from './parquet.js';
import type { ProbeSet } from './probeSet.js';
import { stateConcepts, parseConcepts } from './stateConcepts.js';
import type { Table } from './table.js';
import { treeTarget } from './treeTarget.js';
import { probeTitle } from './probeTitle.js';

export interface StatesOptions {
  choice: ProbeChoice;
  title?: string;
  /** Folder that the file's paths are relative to. */
  base: string;
  input: ModelInput;
  /** Builds the feeds of the model's other inputs, once one sample's axes are known. */
  others: (sampleDims: readonly number[]) => Promise<OtherInputs>;
  /** Runs the model over all rows. */
  outputs: (probe: ProbeSet, signal?: AbortSignal) => Promise<ModelOutputs>;
}

/** Reads `data` of a states probe file: the columns of a .csv or .parquet, or those of a .npy or .npz under the names given. */
export async function readStates(file: StatesProbeFile, base: string): Promise<Table> {
  const data = path.resolve(base, file.data);
  const extension = path.extname(splitKey(data).file).toLowerCase();
  if (extension === '.csv' || extension === '.tsv' || extension === '.txt') return readCsv(data);
  if (extension === '.parquet') return readParquet(data);
  if (extension !== '.npy' && extension !== '.npz') {
    throw new UserError(`${path.basename(data)}: states are read from .csv, .parquet, .npy and .npz:key`);
  }
  return tableOf(await readArray(data), path.basename(data), file.columns);
}

/** Rows and columns of a samples × features array; a vector is one column. */
function tableOf(array: Tensor, name: string, names: string[] | undefined): Table {
  const [rows, features = 1, ...more] = array.dims;
  if (array.dims.length === 0 || more.length > 0) {
    throw new UserError(
      `${name}: states are samples × columns; this array is ${array.dims.join(' × ') || 'one value'}`,
      {
        hint: 'use "kind": "arrays" for inputs with more axes',
      },
    );
  }
  if (names && names.length !== features) {
    throw new UserError(`${name} has ${features} columns, "columns" names ${names.length}`);
  }
  const columns = Array.from({ length: features }, () => new Float64Array(rows));
  const values = array.data as Float64Array;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < features; column++) columns[column][row] = Number(values[at++]);
  }
  return { rows, names: names ?? columns.map((_, i) => `x${i}`), columns, words: [], notes: [] };
}

/**
 * A probe set of states: rows of a table, of which some columns feed the model and all serve concepts.
 *
 * @throws UserError where the columns don't fit the model's input, or a concept's expression is wrong
 */
export async function openStates(file: StatesProbeFile, options: StatesOptions): Promise<ProbeSet> {
  const table = await readStates(file, options.base);
  const data = path.resolve(options.base, file.data);
  const name = path.basename(data);
  const assumptions = [...table.notes];
  if (table.rows === 0) throw new UserError(`${name} has no rows`);
  // Columns without names of their own are not worth writing down.
  const named = file.columns !== undefined || !/\.np[yz](:|$)/i.test(file.data);
  const columns = feedingColumns(file, table, options.input, name, assumptions);
  return statesProbe(file, table, columns, { ...options, path: data, name, assumptions, drawn: false, named });
}

/** What `openStates` makes of a table, wherever that came from. */
export async function statesProbe(
  file: StatesProbeFile,
  table: Table,
  columns: string[],
  options: StatesOptions & { path: string | null; name: string; assumptions: string[]; drawn: boolean; named: boolean },
): Promise<ProbeSet> {
  const { input, choice, path: data, drawn } = options;
  const inner = sampleDims(input, columns.length);
  if (inner === null)
    throw new UserError(`${options.name}: ${misfit(columns.length, input)}`, { code: 'probe/misfit' });
  const type = tensorTypeOf(input);
  const others = await options.others(inner);
  const feeding = columns.map((column) => table.columns[table.names.indexOf(column)]);
  const raw = interleaved(feeding, table.rows);
  const width = columns.length;
  const assumptions = [...options.assumptions, ...others.assumptions];
  if (!file.discretize && Object.keys(file.concepts ?? {}).length === 0) {
    assumptions.push(
      'No concepts are given: they are made from the columns (quarters, signs, single values where there are few).',
    );
  }
  // Parsed now, so that a wrong expression is refused before any work.
  const expressions = parseConcepts(file.concepts ?? {}, table, options.name);
  const probe: ProbeSet = {
    choice,
    kind: 'states',
    title: options.title ?? probeTitle(options.name, table.rows, 'row'),
    path: data,
    samples: table.rows,
    input: input.name,
    columns,
    bundled: choice.kind === 'bundled',
    drawn,
    assumptions,
    explicit: {
      ...file,
      ...(data === null ? {} : { data }),
      ...(options.named ? { columns } : {}),
      input: input.name,
    },
    sha256: () =>
      sha256Of(data && splitKey(data).file, [
        { ...file, data: splitKey(file.data).key },
        columns,
        input,
        others.oneSample,
      ]),
    async batch(first, count) {
      const values = raw.subarray(first * width, (first + count) * width);
      return {
        ...others.feeds(first, values.length / width),
        [input.name]: { type, dims: [values.length / width, ...inner], data: cast(type, values) },
      };
    },
    async view(sample) {
      const labels = table.words.filter(({ codes }) => codes[sample] !== 255);
      return {
        name: `row ${sample}`,
        path: data,
        labels: labels.map(({ name, values, codes }) => `${name} = ${values[codes[sample]]}`),
        values: [...raw.subarray(sample * width, (sample + 1) * width)],
      };
    },
    table: () => raw,
    columnNames: () => table.names,
    column: (name) => table.columns[table.names.indexOf(name)] ?? null,
    async concepts(samples, signal) {
      const { method, target } = file.discretize ?? {};
      const told =
        method === 'tree' ? await treeTarget(target, table, () => options.outputs(probe, signal), options.name) : null;
      return stateConcepts(file, expressions, table, columns, samples, told);
    },
  };
  return probe;
}

/** The columns that feed the model: as the file says; else those of numbers, the first of them where there are too many. */
function feedingColumns(
  file: StatesProbeFile,
  table: Table,
  input: ModelInput,
  name: string,
  assumptions: string[],
): string[] {
  const isArray = /\.np[yz](:|$)/i.test(file.data);
  if (file.columns && !isArray) {
    for (const column of file.columns) {
      if (table.names.includes(column)) continue;
      if (table.words.some((words) => words.name === column)) {
        throw new UserError(`${name}: column "${column}" holds words, so it can't feed the model`);
      }
      throw new UserError(`${name}: there is no column "${column}"`, {
        hint: didYouMean(column, table.names, 'its columns of numbers'),
      });
    }
    if (sampleDims(input, file.columns.length) === null) {
      throw new UserError(`${name}: ${misfit(file.columns.length, input, '"columns" names')}`, {
        code: 'probe/misfit',
      });
    }
    return file.columns;
  }
  const columns = columnsFor(table.names, input);
  if (columns === null) throw new UserError(`${name}: ${misfit(table.names.length, input)}`, { code: 'probe/misfit' });
  const shown = columns.length > 6 ? `${columns.slice(0, 3).join(', ')}, …, ${columns.at(-1)}` : columns.join(', ');
  if (columns.length < table.names.length) {
    assumptions.push(
      `${name} has ${table.names.length} columns of numbers and ${describeInput(input)} takes ${columns.length}: ` +
        `${shown} feed it, the others serve concepts only.`,
    );
  } else if (!file.columns && columns.length > 1) {
    assumptions.push(`The columns feed ${describeInput(input)} in their order: ${shown}.`);
  }
  return columns;
}

/**
 * The columns to feed where nobody says which: all of them where they are as many as the input takes; those named
 * after the input (`obs_0`, `obs_1`) where those are as many; else the first ones. Null where there are too few.
 */
export function columnsFor(names: string[], input: ModelInput): string[] | null {
  if (sampleDims(input, names.length) !== null) return names;
  const wanted = valuesPerSample(input);
  if (wanted === null || wanted === 0 || wanted > names.length) return null;
  const prefixed = names.filter(
    (name) => name.startsWith(input.name) && /^[\W_\d]/.test(name.slice(input.name.length)),
  );
  return prefixed.length === wanted ? prefixed : names.slice(0, wanted);
}

function misfit(columns: number, input: ModelInput, has = 'has'): string {
  const wanted = valuesPerSample(input);
  const takes = wanted === null ? `is ${(input.shape ?? []).join(' × ') || 'a single value'}` : `takes ${wanted}`;
  return `${has} ${columns} ${columns === 1 ? 'column' : 'columns'} of numbers, input "${input.name}" ${takes}`;
}

function interleaved(columns: Float64Array[], rows: number): Float64Array {
  const out = new Float64Array(rows * columns.length);
  columns.forEach((column, c) => column.forEach((value, row) => (out[row * columns.length + c] = value)));
  return out;
}

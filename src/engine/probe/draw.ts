import type { ProbeChoice } from '../../shared/engineApi.js';
import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import type { Tensor } from '../runtime/tensor.js';
import type { SampleArray } from './arrayFile.js';
import { arraysProbe } from './arrays.js';
import { sha256Of } from './dataFile.js';
import { cast, describeInput, isFloat, tensorTypeOf, type ModelInput } from './modelInput.js';
import { modelOutputs } from './modelOutputs.js';
import { sizeOf } from './npy.js';
import type { OtherInputs } from './otherInputs.js';
import type { ProbeSet } from './probeSet.js';
import { statesProbe } from './states.js';

const seed = 0;
/** Inputs of at most this many values, on one axis, are drawn as rows of columns; larger and open ones as arrays. */
const mostColumns = 1024;
/** About how many values are drawn in all where one sample has many. */
const valuesInAll = 1 << 23;
/** Lengths of open axes: tokens of a text, values of a signal. */
const openTokens = 64;
const openValues = 512;

export interface DrawOptions {
  model: OnnxModel;
  input: ModelInput;
  others: (sampleDims: readonly number[]) => Promise<OtherInputs>;
  assumptions: string[];
}

/**
 * A probe set without data: samples that the engine draws, equal on every machine. Floats come from a standard normal
 * distribution, whole numbers are uniform over the vocabulary that the model looks them up in, else over 0 to 9.
 *
 * @throws UserError where the input is of a kind that can't be drawn
 */
export async function drawnProbe({ model, input, others, assumptions }: DrawOptions): Promise<ProbeSet> {
  const inner = drawnDims(input);
  const size = sizeOf(inner);
  const choice: ProbeChoice = { kind: 'drawn' };
  const whole = !isFloat(input);
  const range = input.type === 'bool' ? 2 : vocabulary(model, input.name);
  const samples = Math.max(32, Math.min(2000, Math.floor(valuesInAll / Math.max(1, size))));
  const from = whole ? `uniformly from 0 to ${(range ?? 10) - 1}` : 'from a standard normal distribution';
  const said = [
    ...assumptions,
    `No data: ${samples.toLocaleString('en')} samples are drawn ${from}; they are not real inputs of this model.`,
  ];
  if (whole && range === null)
    said.push(`How many different values ${describeInput(input)} takes is not known: 0 to 9 are drawn.`);
  const title = `${samples.toLocaleString('en')} samples drawn ${whole ? 'at random' : 'from a standard normal'}, not real data`;
  const row = (sample: number): Float64Array => (whole ? uniform(size, range ?? 10, sample) : normal(size, sample));
  const common = {
    choice,
    title,
    base: '.',
    input,
    others,
    outputs: (probe: ProbeSet, signal?: AbortSignal) => modelOutputs(model, probe, probe.samples, signal),
    path: null,
    name: 'drawn samples',
    assumptions: said,
    drawn: true,
  };
  const table = input.shape?.slice(1).every((length) => typeof length === 'number') ?? false;
  if (table && !whole && size <= mostColumns && inner.filter((length) => length !== 1).length <= 1) {
    const rows = Array.from({ length: samples }, (_, sample) => row(sample));
    const columns = Array.from({ length: size }, (_, column) => Float64Array.from(rows, (values) => values[column]));
    const names = columns.map((_, column) => `${input.name}[${column}]`);
    const drawn = { rows: samples, names, columns, words: [], notes: [] };
    return statesProbe({ kind: 'states', data: 'drawn' }, drawn, names, { ...common, named: false });
  }
  const array = drawnArray(samples, inner, whole, row);
  return arraysProbe(array, {
    ...common,
    explicit: { kind: 'arrays', data: 'drawn', input: input.name },
    hashOfData: () => sha256Of(null, ['drawn', seed, samples, inner, range]),
    given: null,
  });
}

/** Rows are drawn where they are asked for: each has a generator of its own. */
function drawnArray(
  samples: number,
  inner: readonly number[],
  whole: boolean,
  row: (sample: number) => Float64Array,
): SampleArray {
  const type = whole ? 'int32' : 'float32';
  const size = sizeOf(inner);
  return {
    type,
    shape: [samples, ...inner],
    async rows(first, count): Promise<Tensor['data']> {
      const values = new Float64Array(count * size);
      for (let i = 0; i < count; i++) values.set(row(first + i), i * size);
      return cast(type, values);
    },
  };
}

/** One sample's axes; open ones get a length that most models of that kind take. */
function drawnDims(input: ModelInput): number[] {
  if (tensorTypeOf(input) === 'string') {
    throw new UserError(`${describeInput(input)} takes text, and samples of text can't be drawn`, {
      hint: 'this needs a probe set of its own',
      code: 'probe/not-drawn',
    });
  }
  if (input.shape === null) return [openTokens];
  const length = isFloat(input) ? openValues : openTokens;
  return input.shape.slice(1).map((size, axis, inner) => {
    if (typeof size === 'number') return size;
    // Several open axes are places of a map; one is a length.
    return inner.filter((other) => typeof other !== 'number').length > 1 && axis > 0 ? openTokens : length;
  });
}

/**
 * How many different whole numbers the model tells apart: rows of the table that a Gather looks them up in, or width of
 * the constant that they are compared with (one-hot written as Equal); null where neither is found.
 */
function vocabulary(model: OnnxModel, inputName: string): number | null {
  const { nodes, initializers } = model.graph;
  const same = new Set([inputName]);
  for (const { op, inputs, outputs, attributes } of nodes) {
    const passes = ['Cast', 'Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand'].includes(op);
    if (passes && same.has(inputs[0])) for (const output of outputs) same.add(output);
    if (op === 'Gather' && same.has(inputs[1])) {
      const axis = attributes.get('axis');
      const table = initializers.get(inputs[0]);
      if (table) return table.dims[axis?.type === 'int' ? axis.value : 0] ?? null;
    }
    if (op === 'Equal' && inputs.some((input) => same.has(input))) {
      const width = inputs.map((input) => initializers.get(input)?.dims.at(-1) ?? 0).find((size) => size > 1);
      if (width !== undefined) return width;
    }
  }
  return null;
}

function normal(size: number, sample: number): Float64Array {
  const next = generator(sample);
  const out = new Float64Array(size);
  // Box and Muller 1958; 1 - u is never 0.
  for (let i = 0; i < size; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    out[i] = Math.fround(radius * Math.cos(angle));
    if (i + 1 < size) out[i + 1] = Math.fround(radius * Math.sin(angle));
  }
  return out;
}

function uniform(size: number, range: number, sample: number): Float64Array {
  const next = generator(sample);
  return Float64Array.from({ length: size }, () => Math.floor(next() * range));
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by the sample: uniform in [0, 1), 32 bits. */
function generator(sample: number): () => number {
  let [a, b, c, counter] = [seed | 0, sample | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    return (out >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

import path from 'node:path';
import type { ProbeChoice } from '../../shared/engineApi.js';
import type { ArraysProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import { arrayConcepts, readArrayConcepts } from './arrayConcepts.js';
import { openArray, type SampleArray } from './arrayFile.js';
import { sha256Of, splitKey } from './dataFile.js';
import { measuredConcepts } from './measuredConcepts.js';
import { arrayDims, cast, describeInput, tensorTypeOf, type ModelInput } from './modelInput.js';
import type { OtherInputs } from './otherInputs.js';
import type { ProbeSet } from './probeSet.js';

export interface ArraysOptions {
  choice: ProbeChoice;
  title?: string;
  /** Folder that the file's paths are relative to. */
  base: string;
  input: ModelInput;
  others: (sampleDims: readonly number[]) => Promise<OtherInputs>;
}

/**
 * A probe set of inputs that are ready as they are: any rank, the first axis is the sample.
 *
 * @throws UserError where the array or a concept's array has the wrong shape, with both shapes
 */
export async function openArrays(file: ArraysProbeFile, options: ArraysOptions): Promise<ProbeSet> {
  const data = path.resolve(options.base, file.data);
  const name = path.basename(data);
  const array = await openArray(data);
  const concepts = file.concepts === undefined ? undefined : path.resolve(options.base, file.concepts);
  // Read now, so that a wrong one is refused before any work.
  const known = concepts === undefined ? null : await readArrayConcepts(concepts, array.shape[0] ?? 0, name);
  const sha256 = () =>
    Promise.all([
      sha256Of(splitKey(data).file, splitKey(data).key),
      concepts ? sha256Of(splitKey(concepts).file, '') : '',
    ]);
  return arraysProbe(array, {
    ...options,
    path: data,
    name,
    explicit: { ...file, data, ...(concepts ? { concepts } : {}), input: options.input.name },
    hashOfData: async () => (await sha256()).join(),
    given: known && ((samples) => arrayConcepts(known, samples)),
    assumptions: [],
    drawn: false,
  });
}

/** What `openArrays` makes of an array, wherever that came from. */
export async function arraysProbe(
  array: SampleArray,
  options: ArraysOptions & {
    path: string | null;
    name: string;
    explicit: ArraysProbeFile;
    hashOfData: () => Promise<string>;
    /** The concepts that the probe file gives; null: they are measured from the values. */
    given: ((samples: number) => ConceptSet) | null;
    assumptions: string[];
    drawn: boolean;
  },
): Promise<ProbeSet> {
  const { input, choice, name } = options;
  const [samples = 0, ...rest] = array.shape;
  const shape = array.shape.join(' × ') || 'a single value';
  if (array.shape.length === 0 || samples === 0) throw new UserError(`${name} has no samples (its shape is ${shape})`);
  const type = tensorTypeOf(input);
  if (type === 'string') throw new UserError(`${name}: ${describeInput(input)} takes text, which no array holds`);
  const inner = arrayDims(input, rest);
  if (inner === null) {
    throw new UserError(`${name}: its shape is ${shape}, which does not fit ${describeInput(input)}`, {
      hint: 'the first axis is the sample; the others are those of the input',
      code: 'probe/misfit',
    });
  }
  const others = await options.others(inner);
  const assumptions = [...options.assumptions, ...others.assumptions];
  if (inner.join() !== rest.join()) {
    assumptions.push(`${name} is ${shape}: each sample is fed as ${inner.join(' × ') || 'one value'}.`);
  }
  if (array.type !== type) {
    assumptions.push(`${name} holds ${array.type}: the values are fed as ${type}, not scaled.`);
  }
  return {
    choice,
    kind: 'arrays',
    title: options.title ?? `${name}, ${samples.toLocaleString('en')} ${samples === 1 ? 'sample' : 'samples'}`,
    path: options.path,
    samples,
    input: input.name,
    columns: [],
    bundled: choice.kind === 'bundled',
    drawn: options.drawn,
    assumptions,
    explicit: options.explicit,
    async sha256() {
      return sha256Of(null, [await options.hashOfData(), options.explicit.inputs, input, others.oneSample]);
    },
    async batch(first, count) {
      const rows = Math.max(0, Math.min(count, samples - first));
      const data = cast(type, await array.rows(first, rows));
      return { ...others.feeds(first, rows), [input.name]: { type, dims: [rows, ...inner], data } };
    },
    view: async (sample) => ({ name: `sample ${sample}`, path: options.path, labels: [], values: null }),
    concepts: async (count, signal, onProgress) =>
      options.given ? options.given(count) : measuredConcepts(array, inner, count, signal, onProgress),
  };
}

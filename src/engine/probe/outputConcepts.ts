import type { ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import { bitsetWords, setBit, type Concept, type ConceptSet } from '../concept/conceptSet.js';
import { sortedValues } from '../concept/expression/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { sha256Of } from './dataFile.js';
import { classNames } from '../classNames.js';
import { maskSize } from '../concept/measured/index.js';
import { rowsOrPlaces, type ModelOutputs } from './modelOutputs.js';
import type { PredictedPlaces } from './predictedPlaces.js';
import type { ProbeSet } from './probeSet.js';
import { quantileEdges, rangeName } from './quantileEdges.js';

/** Classes that become concepts: those that are predicted most often. */
const mostClasses = 200;
const parts = 4;

type OutputSetting = Exclude<NonNullable<ProbeFile['outputs']>, false>;

/**
 * The same probe set with the model's own outputs among its concepts, so that a label can say what a unit is for: of several
 * outputs which one is the highest (`predicts left`), of one, or where `values` are asked for, quarters of each; of a segmentation
 * where it predicts which class (`predicts road`), at the places of the masks that there are already, else of masks of their own.
 *
 * @param fewest samples that a class must be predicted for
 */
export function withOutputs(probe: ProbeSet, setting: OutputSetting, model: OnnxModel, fewest = 1): ProbeSet {
  return {
    ...probe,
    sha256: async () => sha256Of(null, [await probe.sha256(), 'outputs', setting]),
    async concepts(samples, signal, onProgress) {
      const half = (first: boolean) => (done: number, total: number) =>
        onProgress?.(Math.floor((first ? done : total + done) / 2), total);
      const set = await probe.concepts(samples, signal, half(true));
      const hasPlaces = set.height * set.width > 1;
      const sizeOf = hasPlaces ? () => set : (map: Size) => maskSize(map.height, map.width, samples);
      const { rows, places, size } = await rowsOrPlaces(model, probe, samples, sizeOf, signal, half(false));
      const { concepts, notes } = places
        ? await placeConcepts(places, setting, model)
        : outputConcepts(rows!, setting, samples, fewest);
      const taken = new Set(set.concepts.map(({ name }) => name));
      const named = concepts.map((concept) =>
        taken.has(concept.name) ? { ...concept, name: `${concept.name} (output)` } : concept,
      );
      if (set.concepts.length + named.length === 0) {
        throw new UserError('probe file: no concept divides the samples', {
          hint: 'give others beside "outputs", or more samples',
          code: 'probe/concepts',
        });
      }
      const { height, width } = size ?? set;
      return {
        ...set,
        height,
        width,
        concepts: [...set.concepts, ...named],
        notes: [...set.notes, ...notes],
      } satisfies ConceptSet;
    },
  };
}

interface Size {
  height: number;
  width: number;
}

async function placeConcepts(
  places: PredictedPlaces,
  setting: OutputSetting,
  model: OnnxModel,
): Promise<{ concepts: Concept[]; notes: string[] }> {
  const { classes } = places;
  if (setting === 'values') {
    throw new UserError('"outputs": "values" are quarters of each output, and this model gives a map of each', {
      hint: 'use true: a concept for each class that is predicted somewhere',
      code: 'probe/outputs',
    });
  }
  if (Array.isArray(setting) && (places.isOpen ? setting.length < classes : setting.length !== classes)) {
    throw new UserError(`"outputs" names ${setting.length} classes, and the model predicts ${classes}`, {
      hint: 'give a name for each, or true',
      code: 'probe/outputs',
    });
  }
  const known = Array.isArray(setting) ? setting : await classNames(model, classes);
  return places.concepts(known && shortNames(known));
}

export function outputConcepts(
  outputs: ModelOutputs,
  setting: OutputSetting,
  samples: number,
  fewest = 1,
): { concepts: Concept[]; notes: string[] } {
  const { units, output } = outputs;
  if (Array.isArray(setting) && setting.length !== units) {
    throw new UserError(`"outputs" names ${setting.length} outputs, and "${output}" has ${units}`, {
      hint: 'give a name for each, or true',
      code: 'probe/outputs',
    });
  }
  const names = Array.isArray(setting) ? setting : outputs.names && shortNames(outputs.names);
  return setting === 'values' || units === 1
    ? valueConcepts(outputs, names, samples)
    : classConcepts(outputs, names, samples, fewest);
}

/** Of `tench, Tinca tinca` the first name, where no other class has it too. */
function shortNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.split(',')[0].trim());
  return short.map((name, i) => (name !== '' && short.indexOf(name) === short.lastIndexOf(name) ? name : names[i]));
}

/** Per class, the samples of which it is the highest output; the first of equals, NaN never. */
function classConcepts(
  { units, values }: ModelOutputs,
  names: readonly string[] | null,
  samples: number,
  fewest: number,
): { concepts: Concept[]; notes: string[] } {
  const found = new Map<number, { mask: Uint32Array; count: number }>();
  for (let sample = 0; sample < samples; sample++) {
    let best = -1;
    for (let unit = 0; unit < units; unit++) {
      const value = values[sample * units + unit];
      if (!Number.isNaN(value) && (best < 0 || value > values[sample * units + best])) best = unit;
    }
    if (best < 0) continue;
    let one = found.get(best);
    if (!one) found.set(best, (one = { mask: new Uint32Array(bitsetWords(samples)), count: 0 }));
    setBit(one.mask, sample);
    one.count++;
  }
  const frequent = [...found].sort(([a, x], [b, y]) => y.count - x.count || a - b).slice(0, mostClasses);
  const notes: string[] = [];
  if (found.size > mostClasses) {
    notes.push(`The ${mostClasses} of ${found.size} classes that are predicted most often are concepts.`);
  }
  if (found.size === 1) notes.push('The model predicts the same class for every sample, so no concept is made of it.');
  const concepts = frequent
    .filter(([, { count }]) => count >= fewest && count < samples)
    .sort(([a], [b]) => a - b)
    .map(([unit, { mask }]): Concept => concept(`predicts ${names?.[unit] ?? `class ${unit}`}`, mask));
  return { concepts, notes };
}

/** Quarters of each output. */
function valueConcepts(
  { output, units, values }: ModelOutputs,
  names: readonly string[] | null,
  samples: number,
): { concepts: Concept[]; notes: string[] } {
  const concepts: Concept[] = [];
  const constant: string[] = [];
  for (let unit = 0; unit < units; unit++) {
    const name = names?.[unit] ?? (units === 1 ? output : `${output}[${unit}]`);
    const column = Float64Array.from({ length: samples }, (_, sample) => values[sample * units + unit]);
    const sorted = sortedValues(column);
    if (sorted.length === 0 || sorted[0] === sorted[sorted.length - 1]) {
      constant.push(name);
      continue;
    }
    const edges = [-Infinity, ...quantileEdges(sorted, parts), Infinity];
    for (let part = 0; part + 1 < edges.length; part++) {
      const [above, upTo] = [edges[part], edges[part + 1]];
      const mask = new Uint32Array(bitsetWords(samples));
      column.forEach((value, sample) => {
        if ((value > above || part === 0) && value <= upTo) setBit(mask, sample);
      });
      concepts.push(concept(rangeName(name, above, upTo), mask));
    }
  }
  const notes = constant.length > 0 ? [`No concepts of ${constant.join(', ')}: the model always gives the same.`] : [];
  return { concepts, notes };
}

const concept = (name: string, mask: Uint32Array): Concept => ({
  name,
  category: 'output',
  ofSamples: mask,
  ofPositions: null,
});

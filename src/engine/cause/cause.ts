import type { CauseResult, CauseSettings, UnitCause } from '../../shared/effects.js';
import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { conceptsOf, type ConceptSet } from '../concept/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, pickedSamples, type ProbeSet } from '../probe/index.js';
import { observed } from './observed.js';
import { pictureCause } from './pictureCause.js';
import { rowCause } from './rowCause.js';
import { watcher } from './watchedUnits.js';

/** Samples that are looked through for cases. */
const looked = { states: 20_000, images: 2000, arrays: 2000 };

/**
 * Whether labels cause the firing that they describe: inputs at which a unit fires and its label holds are changed so that the
 * label no longer holds, and run again. Beside it the same with something of equal size drawn at random, by which the number
 * is to be judged.
 *
 * @throws UserError where the probe set has nothing that could be changed, or a label names a concept that it does not have
 */
export async function causes(
  model: OnnxModel,
  probe: ProbeSet,
  concepts: ConceptSet,
  layer: Layer,
  request: Omit<CauseSettings, 'layer'>,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<CauseResult> {
  const { units, cases, seed } = request;
  checkUnits(units, layer, concepts);
  const isRows = probe.kind === 'states' && probe.column !== undefined;
  const one = await probe.batch(0, 1);
  if (!isRows && one[probe.input].dims.length !== 4) {
    throw new UserError(`${probe.title}: its samples have no columns and no places that could be changed`, {
      hint: 'a label is checked where samples are rows of a table or pictures',
      code: 'cause/unchangeable',
    });
  }
  const samples = evenlySpread(probe.samples, looked[probe.kind]);
  const total = units.length + 1;
  const numbers = units.map(({ unit }) => unit);
  const watch = await watcher(model, layer, probe.kind === 'images', request.threads);
  try {
    const seen = await watch.watch(
      pickedSamples(probe, samples),
      numbers,
      (done) => onProgress(done / samples.length, total),
      signal,
    );
    const options = {
      probe,
      concepts,
      observed: observed(samples, units.length, seen),
      watcher: watch,
      most: cases,
      seed,
      signal,
    };
    const results: UnitCause[] = [];
    for (const [slot, unit] of units.entries()) {
      results.push(
        isRows
          ? await rowCause(unit, slot, options)
          : await pictureCause(unit, slot, {
              ...options,
              onProgress: (share) => onProgress(slot + 1 + share, total),
            }),
      );
      onProgress(slot + 2, total);
    }
    return { layer: layer.name, looked: samples.length, units: results, notes: watch.session.notes };
  } finally {
    await watch.release();
  }
}

function checkUnits(units: CauseSettings['units'], layer: Layer, concepts: ConceptSet): void {
  const known = new Set(concepts.concepts.map(({ name }) => name));
  for (const { unit, formula } of units) {
    if (!Number.isInteger(unit) || unit < 0 || unit >= (layer.units ?? Infinity)) {
      throw new UserError(`layer "${layer.name}" has no neuron ${unit}`, { code: 'layer/no-unit' });
    }
    const missing = conceptsOf(formula).find((name) => !known.has(name));
    if (missing !== undefined) {
      throw new UserError(`the label of neuron ${unit} names "${missing}", which the probe set does not have`, {
        hint: 'explain the model again with this probe set',
        code: 'cause/other-concepts',
      });
    }
  }
}

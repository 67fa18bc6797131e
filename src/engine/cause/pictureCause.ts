import type { CauseUnit, UnitCause } from '../../shared/effects.js';
import { conceptsOf, evaluateFormula, formulaLabel, hasBit, placesOf, type ConceptSet } from '../concept/index.js';
import { evenlySpread, pickedSamples, type ProbeSet } from '../probe/index.js';
import { mulberry32 } from '../random.js';
import { takingTurns } from '../turns.js';
import type { Tensor } from '../runtime/tensor.js';
import { fillings, fillRegion, moved, resized, type Filling, type Planes } from './fill.js';
import type { Observed } from './observed.js';
import { trialOf, type Case } from './trial.js';
import type { Watcher } from './watchedUnits.js';

export interface PictureCauseOptions {
  probe: ProbeSet;
  concepts: ConceptSet;
  observed: Observed;
  watcher: Watcher;
  /** Cases a unit at most. */
  most: number;
  seed: number;
  signal: AbortSignal;
  onProgress: (share: number) => void;
}

interface Run {
  sample: number;
  /** At the concepts' masks' size. */
  region: Uint8Array;
  filling: Filling;
}

/** Places that are tried for a control; the one that overlaps least is taken. */
const placesTried = 8;

/**
 * Whether a formula over places causes the firing: in pictures in which the unit fires and the formula holds somewhere, the
 * places where it holds are filled. The control fills the same shape elsewhere in the same picture.
 */
export async function pictureCause(unit: CauseUnit, slot: number, options: PictureCauseOptions): Promise<UnitCause> {
  const { probe, concepts, observed, watcher, most, seed, signal, onProgress } = options;
  const { height, width } = concepts;
  const random = mulberry32(Math.imul(seed + 1, 0x9e3779b1) ^ unit.unit);
  const wanted = new Map(concepts.concepts.map((concept) => [concept.name, concept]));
  const ofPlaces = conceptsOf(unit.formula).some((name) => wanted.get(name)?.ofPositions);
  const fires = observed.firing(slot, unit.threshold);
  const regions = new Map<number, Uint8Array>();
  const pause = takingTurns(signal);
  if (ofPlaces && height * width > 1) {
    for (const sample of fires) {
      await pause();
      const region = regionIn(sample);
      const size = region.reduce((sum, inside) => sum + inside, 0);
      if (size > 0 && size < region.length) regions.set(sample, region);
    }
  }
  const eligible = [...regions.keys()];
  const chosen = evenlySpread(eligible.length, most).map((i) => eligible[i]);
  const runs: Run[] = [];
  const kinds: { filling: Filling; own: Case[]; control: Case[] }[] = [];
  for (const filling of fillings) {
    const own: Case[] = [];
    const control: Case[] = [];
    for (const sample of chosen) {
      await pause();
      const region = regions.get(sample)!;
      const amount = region.reduce((sum, inside) => sum + inside, 0) / region.length;
      own.push({ sample, run: runs.length, amount });
      runs.push({ sample, region, filling });
      control.push({ sample, run: runs.length, amount });
      runs.push({ sample, region: elsewhere(region), filling });
    }
    kinds.push({ filling, own, control });
  }
  const after = await watcher.watch(
    filled(probe, runs, { height, width }, pause),
    [unit.unit],
    (done) => onProgress(done / runs.length),
    signal,
  );
  const before = { peaks: (sample: number) => observed.peak(sample, slot), decision: observed.decision };
  const [first] = kinds;
  return {
    unit: unit.unit,
    label: formulaLabel(unit.formula),
    eligible: eligible.length,
    columns: [],
    trials:
      chosen.length === 0
        ? []
        : kinds.map(({ filling, own, control }) => ({
            kind: filling,
            formula: trialOf(own, before, after, unit.threshold),
            control: trialOf(control, before, after, unit.threshold),
          })),
    controls: chosen.length,
    examples: first.own.slice(0, 5).map(({ sample, run }) => ({
      sample,
      before: observed.peak(sample, slot),
      after: after.peaks[run],
      changes: [],
    })),
    reason:
      chosen.length > 0
        ? null
        : fires.length === 0
          ? 'no picture that was looked at makes it fire'
          : ofPlaces
            ? 'in no picture in which it fires does its label hold in some places and not in others'
            : 'its label says something of whole pictures, of which no part can be filled',
  };

  function regionIn(sample: number): Uint8Array {
    const places = height * width;
    const region = new Uint8Array(places);
    const masks = new Map(
      conceptsOf(unit.formula).map((name) => {
        const { ofPositions } = wanted.get(name)!;
        return [name, ofPositions && placesOf(ofPositions, sample, places)];
      }),
    );
    for (let place = 0; place < places; place++) {
      region[place] = evaluateFormula(unit.formula, (name) => {
        const mask = masks.get(name)!;
        return mask ? hasBit(mask, place) : hasBit(wanted.get(name)!.ofSamples!, sample);
      })
        ? 1
        : 0;
    }
    return region;
  }

  /** The same shape somewhere else, of some places the one that covers least of its own. */
  function elsewhere(region: Uint8Array): Uint8Array {
    let best = region;
    let least = Infinity;
    for (let i = 0; i < placesTried && least > 0; i++) {
      const other = moved(region, height, width, Math.floor(random() * height), Math.floor(random() * width));
      const overlap = other.reduce((sum, inside, place) => sum + (inside & region[place]), 0);
      if (overlap < least) [best, least] = [other, overlap];
    }
    return best;
  }
}

/** The pictures with their regions filled. */
function filled(
  probe: ProbeSet,
  runs: readonly Run[],
  { height, width }: { height: number; width: number },
  pause: () => Promise<void>,
): Pick<ProbeSet, 'input' | 'samples' | 'batch'> {
  const picked = pickedSamples(
    probe,
    runs.map(({ sample }) => sample),
  );
  return {
    ...picked,
    async batch(first, count) {
      const feeds = await picked.batch(first, count);
      const tensor = feeds[probe.input];
      const data = Float64Array.from(tensor.data as Float32Array, Number);
      for (let i = 0; i < count; i++) {
        await pause();
        const planes = planesOf(tensor, data, i);
        const { region, filling } = runs[first + i];
        fillRegion(planes, resized(region, height, width, planes.height, planes.width), filling);
      }
      // What the model takes as whole numbers is rounded where it is fed.
      return { ...feeds, [probe.input]: { type: 'float64', dims: tensor.dims, data } };
    },
  };
}

/** One picture of a batch, samples × channels × height × width, or with the channels last where that axis is as short. */
function planesOf({ dims }: Tensor, values: Float64Array, sample: number): Planes {
  const last = dims[1] > 4 && dims[3] <= 4;
  const [channels, height, width] = last ? [dims[3], dims[1], dims[2]] : [dims[1], dims[2], dims[3]];
  const start = sample * channels * height * width;
  return {
    values,
    channels,
    height,
    width,
    offset: last
      ? (channel, pixel) => start + pixel * channels + channel
      : (channel, pixel) => start + channel * height * width + pixel,
  };
}

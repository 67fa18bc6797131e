import { finishMap, placeCount, type RawMap } from '../cam/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { augmented } from './augment.js';
import type { Chunk } from './chunk.js';
import { topClasses } from './classScores.js';
import { batchSize, type Forward, openForward } from './forward.js';
import { fullBatch, mirroredMap, sampleElements } from './inputBatch.js';
import type { InputMaps, MapInputs, MapJob } from './mapJob.js';
import { type MapPlan, planMaps } from './mapPlan.js';
import { ModelRuns } from './modelRuns.js';
import { rawMaps } from './rawMaps.js';
import { type Fed, see, type Seen } from './seen.js';

export interface MapOptions {
  signal?: AbortSignal;
  /** Sessions that are kept for the next map; absent: opened for this one and closed. */
  runs?: ModelRuns;
  /** Inputs of which maps are done, and of how many. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * One map an input and class.
 *
 * @param size of the input's axes of places, and of the finished maps; raw ones are at the layer's
 * @throws UserError where the method is unknown, a layer has no places, the class does not exist, or the method needs what
 * this model does not have: a pooling head, a gradient of some operator
 */
export async function computeMaps(
  model: OnnxModel,
  inputs: MapInputs,
  size: readonly number[],
  job: MapJob,
  { signal = new AbortController().signal, runs, onProgress }: MapOptions = {},
): Promise<InputMaps> {
  const used = runs ?? new ModelRuns(model, job.threads);
  try {
    const plan = await planMaps(used, inputs, size, job, signal);
    const started = performance.now();
    const { batch, isFixed } = await batchSize(plan);
    const forward = await openForward(plan);
    try {
      const result = emptyResult(plan);
      for (let first = 0; first < inputs.samples; first += batch) {
        const count = Math.min(batch, inputs.samples - first);
        const feeds = await inputs.batch(first, count);
        const fed: Fed = {
          feeds: isFixed ? fullBatch(feeds, count, batch) : feeds,
          batch: isFixed ? batch : count,
          count,
          isMirrored: false,
        };
        const during: During = {
          async pause() {
            await new Promise((resolve) => setImmediate(resolve));
            signal.throwIfAborted();
          },
          progress: (share) => onProgress?.(first + share * count, inputs.samples),
        };
        await drawBatch(plan, forward, fed, first, result, during);
        during.progress(1);
        signal.throwIfAborted();
      }
      result.notes = [...plan.notes];
      result.height = placeCount(result.places.slice(0, -1));
      result.width = result.places.at(-1) ?? 1;
      result.milliseconds = performance.now() - started;
      return result;
    } finally {
      await forward.release();
    }
  } finally {
    if (!runs) await used.release();
  }
}

type During = Pick<Chunk, 'pause' | 'progress'>;

const emptyResult = ({ method, layers, size }: MapPlan): InputMaps => ({
  method,
  layers: layers.map(({ name }) => name),
  maps: [],
  places: [...size],
  height: 0,
  width: 0,
  classes: [],
  scores: 'classes',
  boxes: [],
  top: [],
  notes: [],
  milliseconds: 0,
});

/** Draws the maps of one batch into the result. */
async function drawBatch(
  plan: MapPlan,
  forward: Forward,
  fed: Fed,
  first: number,
  into: InputMaps,
  during: During,
): Promise<void> {
  const { job, method, output } = plan;
  await during.pause();
  const seen = await see(plan, forward, fed, null, during);
  if (job.raw && seen.chunk.layers.length > 0) into.places = [...seen.chunk.layers[0].places];
  const maps = job.augSmooth
    ? await averaged(plan, forward, fed, first, seen, into.places, during)
    : await mapsOf(plan, seen, first);

  if (!job.raw && method.needsClass && maps.some((ofSample) => ofSample.some((map) => map.every((v) => v === 0)))) {
    plan.notes.add('A map is empty: no place of the layer speaks for the score. Another layer may.');
  }
  const { chunk, logits, classes, names } = seen;
  into.scores = logits.kind;
  const hasClass = method.needsClass || job.class !== null || job.classes !== undefined;
  maps.forEach((ofSample, sample) => {
    into.maps.push(...ofSample);
    into.classes.push(...classes[sample].map((index) => (hasClass ? index : null)));
    into.boxes.push(...chunk.targets[sample].map(({ box }) => (method.needsClass ? box : null)));
    const perClass = logits.perClass(sampleElements(chunk.values[output.logits], fed.batch, sample));
    const link = logits.kind === 'boxes' ? 'none' : output.link;
    into.top.push(topClasses(perClass, link, names, hasClass ? classes[sample] : []));
    for (const { note } of chunk.targets[sample]) if (note && method.needsClass) plan.notes.add(note);
  });
}

/** By sample and class, finished or raw as the job says. */
async function mapsOf(plan: MapPlan, seen: Seen, first: number): Promise<Float32Array[][]> {
  const { job, method, size } = plan;
  const raw = await rawMaps(plan, seen, first);
  return raw.map((ofSample) =>
    ofSample.map((layers) => (job.raw ? meanMap(layers) : finishMap(layers, size, method.rectify))),
  );
}

/** The mean over augmented inputs, for the classes of the input as it is; not scaled again, as in pytorch-grad-cam. */
async function averaged(
  plan: MapPlan,
  forward: Forward,
  fed: Fed,
  first: number,
  { classes }: Seen,
  places: readonly number[],
  during: During,
): Promise<Float32Array[][]> {
  const sums = classes.map((ofSample) => ofSample.map(() => new Float64Array(placeCount(places))));
  const variants = augmented(plan, fed);
  for (const [i, variant] of variants.entries()) {
    await during.pause();
    const part = { ...during, progress: (share: number) => during.progress((i + share) / variants.length) };
    const maps = await mapsOf(plan, await see(plan, forward, variant, classes, part), first);
    maps.forEach((ofSample, sample) =>
      ofSample.forEach((map, index) => {
        const upright = variant.isMirrored ? mirroredMap(map, places) : map;
        const sum = sums[sample][index];
        for (let i = 0; i < sum.length; i++) sum[i] += upright[i] / variants.length;
      }),
    );
  }
  return sums.map((ofSample) => ofSample.map((sum) => Float32Array.from(sum)));
}

const meanMap = (maps: readonly RawMap[]): Float32Array =>
  maps[0].values.map((_, i) => maps.reduce((sum, { values }) => sum + values[i], 0) / maps.length);

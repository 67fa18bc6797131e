// What time and memory labels take on sets of Broden's kind (Bau et al. 2017): masks are read, positions grouped, thresholds found
// and firing positions counted as in the engine, from activations that are generated as they are asked for. See ../README.md.
//   node --import tsx bench/labels/scale.ts PICTURES CONCEPTS UNITS [MAP [SIDE [SEARCHED]]]
import { groupPositions, searchUnit, type ConceptSet } from '../../src/engine/concept/index.js';
import { PlaceGroups } from '../../src/engine/concept/groupMap.js';
import type { Activations, MeasuredLayer } from '../../src/engine/explain/activations.js';
import { measureGroup } from '../../src/engine/explain/measureGroup.js';
import { memoryShares } from '../../src/engine/explain/memoryShares.js';
import { unitReducerBytes } from '../../src/engine/explain/reducerBytes.js';
import { MaskCollection } from '../../src/engine/probe/annotation/index.js';
import type { ActivationBatch } from '../../src/engine/runtime/tensor.js';
import type { GroupCounts } from '../../src/engine/unit/groupCounter.js';
import { randomNumbers } from './generate.js';

const [pictures = 6000, concepts = 1200, units = 2000, map = 7, side = 112, searched = 10] = process.argv
  .slice(2)
  .map(Number);
const random = randomNumbers(3);
const within = (low: number, high: number) => low + Math.floor(random() * (high - low));
/** Objects and parts in each picture; a tenth of the concepts are scenes, one a picture. */
const inEach = 12;
const scenes = Math.floor(concepts / 10);

interface Box {
  concept: number;
  top: number;
  left: number;
  bottom: number;
  right: number;
}

let clock = process.cpuUsage();
const all = Array.from({ length: concepts }, (_, c) => ({ name: `c${c}`, category: c < scenes ? 'scene' : 'object' }));
const masks = new MaskCollection(pictures, { width: side, height: side });
const axis = Int32Array.from({ length: side }, (_, i) => i);
const pixels = new Uint8Array(side * side);
const boxes: Box[][] = [];
for (let picture = 0; picture < pictures; picture++) {
  if (scenes > 0) masks.addWhole(all[within(0, scenes)], picture);
  const inPicture = Array.from({ length: inEach }, (): Box => {
    // Some concepts are common and most are rare, as in Broden.
    const concept = scenes + Math.floor((concepts - scenes) * random() ** 2);
    const [top, left] = [within(0, (side * 3) / 4), within(0, (side * 3) / 4)];
    const [height, width] = [within(side / 16, side / 2), within(side / 16, side / 2)];
    return { concept, top, left, bottom: Math.min(side, top + height), right: Math.min(side, left + width) };
  });
  for (const { concept, top, left, bottom, right } of inPicture) {
    pixels.fill(0);
    for (let y = top; y < bottom; y++) pixels.fill(1, y * side + left, y * side + right);
    masks.addMask(all[concept], picture, { pixels, alongX: 1, alongY: side }, { columns: axis, rows: axis });
  }
  boxes.push(inPicture);
}
const set: ConceptSet = { samples: pictures, height: side, width: side, notes: [], concepts: masks.result().concepts };
const held = set.concepts.reduce((sum, { ofPositions }) => sum + (ofPositions?.bytes ?? 0), 0);
say(
  `${pictures} × ${side} × ${side} positions, ${concepts} concepts: masks of ${(held / pictures).toFixed(0)} bytes a picture`,
);

const layer: MeasuredLayer = {
  layer: {
    ...{ name: 'generated', node: '', op: 'Conv', module: null, source: null, shape: [1, units, map, map] },
    ...{ units, unitAxis: 1, parameters: 0 },
  },
  ...{ shape: [1, units, map, map], units, height: map, width: map, stream: { name: 'generated', unitAxis: 1 } },
};
const groups = groupPositions(set, layer);
const placed = groups.of instanceof PlaceGroups ? groups.of.bytes / pictures : 0;
say(`${groups.count} groups; of places ${placed.toFixed(0)} bytes a picture`);

/** A unit answers to two concepts, and to noise; sample by sample the same in every pass. */
const answers = Array.from({ length: units }, () => [within(scenes, concepts), within(scenes, concepts)]);
const activations: Activations = {
  samples: pictures,
  layers: [layer],
  async pass([only], onBatch, signal, onProgress) {
    const answering = new Map<number, number[]>();
    answers.forEach((two, unit) => two.forEach((c) => answering.set(c, [...(answering.get(c) ?? []), unit])));
    const values = new Float32Array(units * map * map);
    for (let picture = 0; picture < pictures; picture++) {
      const noise = randomNumbers(picture);
      for (let i = 0; i < values.length; i++) values[i] = noise();
      for (const { concept, top, left, bottom, right } of boxes[picture]) {
        for (const unit of answering.get(concept) ?? []) {
          for (let y = 0; y < map; y++) {
            for (let x = 0; x < map; x++) {
              const [centreY, centreX] = [((y + 0.5) * side) / map, ((x + 0.5) * side) / map];
              const inside = centreY >= top && centreY < bottom && centreX >= left && centreX < right;
              if (inside) values[(unit * map + y) * map + x] += 1;
            }
          }
        }
      }
      const batch: ActivationBatch = { first: picture, samples: 1, units, height: map, width: map, values };
      onBatch(only, batch);
      signal.throwIfAborted();
      onProgress(picture + 1, pictures);
      if (picture % 64 === 0) await new Promise(setImmediate);
    }
  },
  release: () => undefined,
  close: () => Promise.resolve(),
};
const rule = { kind: 'quantile', q: 0.005 } as const;
const memory = memoryShares(4096).reducers;
const [measured] = await measureGroup([layer], {
  activations,
  concepts: set,
  rule: () => rule,
  select: () => Array.from({ length: units }, (_, unit) => unit),
  ...{ minActive: 1, seed: 0, shuffles: 1, memory },
  unitBytes: () => unitReducerBytes(rule, pictures * map * map, groups),
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
say(`thresholds, histograms and strongest inputs of ${units} units`);
const counted: GroupCounts[] = [];
let parts = 0;
let met = 0;
for await (const { firing } of measured.parts()) {
  parts++;
  met += firing.counts.reduce((sum, { groups }) => sum + groups.length, 0);
  counted.push(...firing.counts.slice(0, Math.max(0, searched - counted.length)));
}
say(`counted by group, and shuffled; parts: ${parts}; groups a unit: ${Math.round(met / units)}`);

for (const search of ['single', 'beam', 'optimal'] as const) {
  const found = counted.map((unit) => searchUnit(groups, unit, { search, maxLength: 3, beam: 5 })!);
  const mean = found.reduce((sum, { iou }) => sum + iou, 0) / found.length;
  say(
    `${search}: mean IoU ${mean.toFixed(4)}, proven ${found.filter(({ optimal }) => optimal).length} of ${found.length}`,
    found.length,
  );
}

function say(what: string, per = 1): void {
  const { user, system } = process.cpuUsage(clock);
  const seconds = (user + system) / 1e6 / per;
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(2);
  const { rss, arrayBuffers } = process.memoryUsage();
  console.log(
    `${what}; ${seconds.toFixed(3)} s${per > 1 ? ' each' : ''}; resident ${gigabytes(rss)} GB, arrays ${gigabytes(arrayBuffers)} GB, ` +
      `most so far ${gigabytes(process.resourceUsage().maxRSS * 1024)} GB`,
  );
  clock = process.cpuUsage();
}

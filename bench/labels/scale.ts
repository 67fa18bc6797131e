// What time and memory labels take on sets of Broden's kind (Bau et al. 2017). See ../README.md.
//   node --import tsx bench/labels/scale.ts PICTURES CONCEPTS UNITS [SIDE]
import {
  bitsetWords,
  groupPositions,
  searchUnit,
  setBit,
  type Concept,
  type ConceptSet,
} from '../../src/engine/concept/index.js';
import { GroupCounter } from '../../src/engine/unit/groupCounter.js';
import { randomNumbers } from './generate.js';

const [pictures = 6000, concepts = 1200, units = 20, side = 112] = process.argv.slice(2).map(Number);
const places = side * side;
const positions = pictures * places;
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

let clock = performance.now();
const set: ConceptSet = { samples: pictures, height: side, width: side, notes: [], concepts: [] };
for (let c = 0; c < concepts; c++) {
  const isScene = c < scenes;
  set.concepts.push({
    name: `c${c}`,
    category: isScene ? 'scene' : 'object',
    ofSamples: isScene ? new Uint32Array(bitsetWords(pictures)) : null,
    ofPositions: isScene ? null : new Uint32Array(bitsetWords(positions)),
  } satisfies Concept);
}
const boxes: Box[][] = [];
for (let picture = 0; picture < pictures; picture++) {
  if (scenes > 0) setBit(set.concepts[within(0, scenes)].ofSamples!, picture);
  const inPicture = Array.from({ length: inEach }, (): Box => {
    // Some concepts are common and most are rare, as in Broden.
    const concept = scenes + Math.floor((concepts - scenes) * random() ** 2);
    const [top, left] = [within(0, (side * 3) / 4), within(0, (side * 3) / 4)];
    const [height, width] = [within(side / 16, side / 2), within(side / 16, side / 2)];
    return { concept, top, left, bottom: Math.min(side, top + height), right: Math.min(side, left + width) };
  });
  for (const { concept, top, left, bottom, right } of inPicture) {
    const bits = set.concepts[concept].ofPositions!;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) setBit(bits, picture * places + y * side + x);
  }
  boxes.push(inPicture);
}
say(`set made: ${pictures} × ${side} × ${side} positions, ${concepts} concepts`);

const groups = groupPositions(set, { height: side, width: side });
say(`${groups.count} groups`);

// A unit answers to two concepts, in most of their places, and to noise; it fires at 0.5 % of all positions.
const counted = Array.from({ length: units }, () => {
  const [a, b] = [within(scenes, concepts), within(scenes, concepts)];
  const counter = new GroupCounter(groups.count);
  let left = Math.round(positions * 0.005);
  for (let picture = 0; picture < pictures; picture++) {
    for (const box of boxes[picture]) {
      if (box.concept !== a && box.concept !== b) continue;
      for (let y = box.top; y < box.bottom; y++) {
        for (let x = box.left; x < box.right; x++) {
          if (random() < 0.6 && left-- > 0) counter.add(groups.of[picture * places + y * side + x], 1);
        }
      }
    }
  }
  for (; left > 0; left--) counter.add(groups.of[within(0, positions)], 1);
  return counter.result();
});
say(
  `${units} units counted, ${Math.round(counted.reduce((sum, { groups }) => sum + groups.length, 0) / units)} groups a unit`,
);

for (const search of ['single', 'beam', 'optimal'] as const) {
  const found = counted.map((unit) => searchUnit(groups, unit, { search, maxLength: 3, beam: 5 })!);
  const mean = found.reduce((sum, { iou }) => sum + iou, 0) / units;
  say(
    `${search}: mean IoU ${mean.toFixed(4)}, proven ${found.filter(({ optimal }) => optimal).length} of ${units}`,
    units,
  );
}

function say(what: string, per = 1): void {
  const seconds = (performance.now() - clock) / 1000 / per;
  const { rss, arrayBuffers } = process.memoryUsage();
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(2);
  console.log(
    `${what}; ${seconds.toFixed(3)} s${per > 1 ? ' each' : ''}; resident ${gigabytes(rss)} GB, arrays ${gigabytes(arrayBuffers)} GB`,
  );
  clock = performance.now();
}

import { ByteStore } from '../byteStore.js';
import { bitsetWords, setBit, type Concept } from '../conceptSet.js';
import { KeptPlaces } from '../keptPlaces.js';
import { brightness } from './brightness.js';
import { colour } from './colour.js';
import { edgeDensity } from './edgeDensity.js';
import { edgeOrientation } from './edgeOrientation.js';
import type { MeasuredPicture, Measurer } from './measurer.js';
import { place } from './place.js';
import { saturation } from './saturation.js';
import { texture } from './texture.js';

const measurers: Measurer[] = [colour, saturation, brightness, edgeOrientation, edgeDensity, texture, place];

export interface Measured {
  concepts: Concept[];
  notes: string[];
}

/**
 * Concepts measured from the pixels of pictures that are added one after the other, all of height × width.
 *
 * A concept holds of a picture as a whole where it covers at least its family's share of it (`wholeShare`: a quarter, for edge
 * orientations a tenth). What holds everywhere or nowhere explains nothing and is left out, with a note.
 */
export function measuring(
  samples: number,
  height: number,
  width: number,
): { add(picture: MeasuredPicture): void; result(): Measured } {
  const size = height * width;
  const store = new ByteStore();
  const families = measurers.map((measurer) => ({
    measurer,
    masks: measurer.names.map(() => new KeptPlaces(store, size)),
    /** Of the picture at hand. */
    marks: measurer.names.map(() => new Uint32Array(bitsetWords(size))),
    wholes: measurer.names.map(() => new Uint32Array(bitsetWords(samples))),
    positions: new Float64Array(measurer.names.length),
    pictures: new Float64Array(measurer.names.length),
  }));
  let sample = 0;
  let coloured = false;
  return {
    add(picture) {
      coloured ||= picture.channels === 3;
      for (const { measurer, masks, marks, wholes, positions, pictures } of families) {
        const covered = new Uint32Array(measurer.names.length);
        measurer.measure(picture, (concept, position) => {
          setBit(marks[concept], position);
          covered[concept]++;
        });
        for (let concept = 0; concept < covered.length; concept++) {
          masks[concept].add(sample, marks[concept]);
          marks[concept].fill(0);
          positions[concept] += covered[concept];
          if (measurer.wholeShare === null || covered[concept] < measurer.wholeShare * size) continue;
          setBit(wholes[concept], sample);
          pictures[concept]++;
        }
      }
      sample++;
    },
    result() {
      const concepts: Concept[] = [];
      const nowhere: string[] = [];
      const everywhere: string[] = [];
      for (const { measurer, masks, wholes, positions, pictures } of families) {
        if ((measurer === colour || measurer === saturation) && !coloured) continue;
        measurer.names.forEach((name, i) => {
          if (positions[i] === 0) nowhere.push(name);
          else if (positions[i] === samples * size) everywhere.push(name);
          else {
            const divides = pictures[i] > 0 && pictures[i] < samples;
            const ofSamples = divides ? wholes[i] : null;
            concepts.push({ name, category: measurer.category, ofSamples, ofPositions: masks[i] });
          }
        });
      }
      const notes: string[] = [];
      if (!coloured) notes.push('Colours were not measured, because the pictures are grey.');
      if (nowhere.length) notes.push(`Left out, because they hold nowhere in these pictures: ${nowhere.join(', ')}.`);
      if (everywhere.length) notes.push(`Left out, because they hold everywhere: ${everywhere.join(', ')}.`);
      return { concepts, notes };
    },
  };
}

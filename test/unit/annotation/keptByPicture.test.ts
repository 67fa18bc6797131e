import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupPositions, placesWhere, type Concept, type ConceptSet } from '../../../src/engine/concept/index.js';
import { MaskCollection } from '../../../src/engine/probe/annotation/index.js';
import { bits, groupsOf, shownPlaces } from '../concept/conceptSets.js';

const [samples, height, width] = [4, 5, 7];
const places = height * width;
const all = ['sky', 'sea', 'boat', 'dog', 'night', 'day'].map((name) => ({ name, category: 'object' }));

/** An annotation of 6 × 9 pixels over 5 × 7 places, of which the first column lies outside the picture. */
const placement = {
  columns: Int32Array.from({ length: width }, (_, x) => (x === 0 ? -1 : x + 1)),
  rows: Int32Array.from({ length: height }, (_, y) => y),
};
const pixels = fc.array(fc.nat(6), { minLength: 54, maxLength: 54 });
const annotation = fc.record({
  kind: fc.constantFrom('mask', 'labels', 'whole'),
  concept: fc.nat(all.length - 1),
  sample: fc.nat(samples - 1),
  pixels,
});

describe('annotations kept by picture', () => {
  it('are the masks that drawing them onto one bit a position gives, and fall into the same groups', () => {
    fc.assert(
      fc.property(fc.array(annotation, { minLength: 1, maxLength: 25 }), (annotations) => {
        const masks = new MaskCollection(samples, { height, width });
        const drawn = new Map<string, boolean[]>();
        const wholes = new Map<string, boolean[]>();
        const draw = (name: string, sample: number, place: number) => {
          if (!drawn.has(name)) drawn.set(name, Array<boolean>(samples * places).fill(false));
          drawn.get(name)![sample * places + place] = true;
        };
        for (const { kind, concept, sample, pixels } of annotations) {
          const map = { pixels, alongX: 1, alongY: 9 };
          if (kind === 'whole') {
            masks.addWhole(all[concept], sample);
            const whole = wholes.get(all[concept].name) ?? Array<boolean>(samples).fill(false);
            whole[sample] = true;
            wholes.set(all[concept].name, whole);
          } else if (kind === 'mask') masks.addMask(all[concept], sample, map, placement);
          else masks.addLabels(sample, map, placement, (value) => all[value - 1] ?? null);
          if (kind === 'whole') continue;
          for (let y = 0; y < height; y++) {
            for (let x = 1; x < width; x++) {
              const value = pixels[y * 9 + x + 1];
              const name = kind === 'mask' ? value && all[concept].name : all[value - 1]?.name;
              if (name) draw(name, sample, y * width + x);
            }
          }
        }
        for (const [name, whole] of wholes) {
          if (drawn.has(name)) for (let p = 0; p < samples * places; p++) if (whole[Math.floor(p / places)]) drawn.get(name)![p] = true; // prettier-ignore
        }

        const { concepts } = masks.result();
        for (const { name, ofPositions, ofSamples } of concepts) {
          const mask = drawn.get(name);
          assert.deepEqual(ofPositions && shownPlaces(ofPositions, samples, places), mask ?? null, name);
          const anywhere = Array.from({ length: samples }, (_, sample) =>
            mask
              ? mask.slice(sample * places, (sample + 1) * places).includes(true)
              : (wholes.get(name)?.[sample] ?? false),
          );
          assert.deepEqual(ofSamples, bits(anywhere), name);
        }

        const set: ConceptSet = { samples, height, width, concepts, notes: [] };
        const plain = concepts.map((concept): Concept => {
          const mask = drawn.get(concept.name);
          return {
            ...concept,
            ofPositions: mask ? placesWhere(places, (sample, place) => mask[sample * places + place]) : null,
          };
        });
        for (const layer of [
          { height: 3, width: 3 },
          { height: 1, width: 1 },
        ]) {
          const kept = groupPositions(set, layer);
          const whole = groupPositions({ ...set, concepts: plain }, layer);
          assert.deepEqual(groupsOf(kept), groupsOf(whole));
          for (const part of ['count', 'sizes', 'members', 'atoms', 'notes', 'positions'] as const) {
            assert.deepEqual(kept[part], whole[part]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

import assert from 'node:assert/strict';
import { hasBit, type ConceptSet, type PlaceMask } from '../../../src/engine/concept/index.js';
import { changedConcepts, parseLogic } from '../../../src/engine/probe/index.js';
import { ofPlaces, shownPlaces } from '../concept/conceptSets.js';
import type { ExpressionError } from '../../../src/engine/concept/expression/index.js';

const bits = (text: string): Uint32Array => {
  const set = new Uint32Array(1);
  [...text].forEach((bit, i) => {
    if (bit === '1') set[0] |= 1 << i;
  });
  return set;
};
const places = (text: string): PlaceMask =>
  ofPlaces(
    '',
    [...text].map((bit) => bit === '1'),
    2,
  ).ofPositions!;
const shownText = (mask: PlaceMask): string => shownPlaces(mask, 3, 2).map(Number).join('');
const shown = (mask: Uint32Array | null, length: number): string | null =>
  mask && Array.from({ length }, (_, i) => Number(hasBit(mask, i))).join('');

/** Three samples of 1 × 2 places: two concepts of places, one of whole samples. */
const set: ConceptSet = {
  samples: 3,
  height: 1,
  width: 2,
  notes: [],
  concepts: [
    { name: 'sky', category: 'mask', ofSamples: null, ofPositions: places('100110') },
    { name: 'water', category: 'mask', ofSamples: null, ofPositions: places('010010') },
    { name: 'at night', category: 'label', ofSamples: bits('011'), ofPositions: null },
  ],
};
const change = (changes: Parameters<typeof changedConcepts>[1]) => changedConcepts(set, changes, 'p.probe.json');

describe('What a probe file changes in its concepts', () => {
  it('joins concepts over places; one of whole samples covers all of their places', () => {
    const { concepts } = change({
      derived: {
        'sky or water': 'sky or water',
        'night sky': 'sky and `at night`',
        neither: 'not `sky or water`',
        'by day': 'not `at night`',
      },
    });
    const masks = Object.fromEntries(
      concepts.map(({ name, ofPositions }) => [name, ofPositions && shownText(ofPositions)]),
    );
    assert.equal(masks['sky or water'], '110110');
    assert.equal(masks['night sky'], '000110');
    assert.equal(masks.neither, '001001');
    assert.equal(masks['by day'], null);
    const day = concepts.at(-1)!;
    assert.deepEqual([day.category, day.derived, shown(day.ofSamples, 3)], ['derived', 'not `at night`', '100']);
    // No bit beyond the end is set, which NOT would do.
    assert.equal(day.ofSamples![0], 1);
  });

  it('renames first, removes last: derived concepts name the new names, and removed ones', () => {
    const { concepts } = change({
      rename: { sky: 'heaven' },
      derived: { both: 'heaven and water' },
      remove: ['water', 'at night'],
    });
    assert.deepEqual(concepts.map(({ name }) => name), ['heaven', 'both']); // prettier-ignore
    assert.equal(concepts[0].was, 'sky');
    assert.equal(shownText(concepts[1].ofPositions!), '000010');
  });

  it('says what is wrong, and where', () => {
    assert.throws(() => change({ rename: { sea: 'x' } }), /p\.probe\.json: "rename" names "sea", and there is no such concept/); // prettier-ignore
    assert.throws(() => change({ rename: { sky: 'water' } }), /two concepts would be called "water"/);
    assert.throws(() => change({ remove: ['skies'] }), /"remove" names "skies"/);
    assert.throws(() => change({ derived: { a: 'b', b: 'not a' } }), /"a" is derived from itself \(a → b → a\)/);
    assert.throws(() => change({ derived: { a: 'sky or' } }), /concept "a" over p\.probe\.json: the expression is wrong at its end/); // prettier-ignore
    const refused = (text: string): ExpressionError => {
      try {
        parseLogic(text, ['sky', 'at night']);
      } catch (error) {
        return error as ExpressionError;
      }
      throw new Error('nothing was refused');
    };
    assert.match(refused('sky or see').message, /there is no concept "see"/);
    assert.equal(refused('sky or see').position, 7);
    assert.match(refused('sky > 1').message, /concepts are joined by and, or, not alone/);
    assert.match(refused('sky and').advice!, /write a concept or a parenthesis/);
  });
});

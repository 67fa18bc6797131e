import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasBit, type ConceptSet } from '../../../src/engine/concept/conceptSet.js';
import { groupingPositions, groupPositions } from '../../../src/engine/concept/groups.js';
import { atOnce } from '../../../src/engine/concept/slices.js';
import { groupsOf, ofPlaces, ofSamples, placeless, sampleConcepts, shownPlaces } from './conceptSets.js';

/** Of each concept, whether it holds at each position. */
const cells = ({ concepts, samples, height, width }: ConceptSet): boolean[][] =>
  concepts.map(({ ofPositions, ofSamples }) =>
    ofPositions
      ? shownPlaces(ofPositions, samples, height * width)
      : Array.from({ length: samples * height * width }, (_, p) =>
          hasBit(ofSamples!, Math.floor(p / (height * width))),
        ),
  );

/** Sets of 1 … 6 samples of odd sizes with up to 70 concepts, some of places, some of samples. */
const sets = fc
  .record({
    samples: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 2, max: 7 }),
    width: fc.integer({ min: 1, max: 9 }),
    concepts: fc.integer({ min: 1, max: 70 }),
    blocky: fc.boolean(),
  })
  .chain(({ samples, height, width, concepts, blocky }) => {
    const positions = samples * height * width;
    const places = blocky
      ? fc
          .tuple(fc.nat(positions), fc.nat(positions))
          .map(([a, b]) => Array.from({ length: positions }, (_, i) => i >= Math.min(a, b) && i < Math.max(a, b)))
      : fc.array(fc.boolean(), { minLength: positions, maxLength: positions });
    const whole = fc.array(fc.boolean(), { minLength: samples, maxLength: samples });
    const concept = fc.oneof(
      places.map((mask) => ofPlaces('', mask, height * width)),
      whole.map((mask) => ofSamples('', mask)),
    );
    return fc.array(concept, { minLength: concepts, maxLength: concepts }).map((list): ConceptSet => ({
      samples,
      height,
      width,
      // One of places for certain, so that the grid is of places.
      concepts: [
        ofPlaces(
          'first',
          Array.from({ length: positions }, (_, i) => i % 2 === 0),
          height * width,
        ),
        ...list.map((c, i) => ({ ...c, name: `c${i}` })),
      ],
      notes: [],
    }));
  });

describe('groups of positions', () => {
  it('are made in slices, one a sample, and those who make them side by side get the same', () => {
    const mask = Array.from({ length: 4 * 6 }, (_, i) => i % 5 === 0);
    const set = { samples: 4, height: 2, width: 3, concepts: [ofPlaces('fifth', mask, 6)], notes: [] };
    const first = groupingPositions(set, { height: 2, width: 3 });
    const second = groupingPositions(set, { height: 2, width: 3 });
    assert.equal(first.next().done, false);
    let slices = 0;
    let last = second.next();
    for (; !last.done; last = second.next()) slices++;
    assert.equal(slices, 4);
    assert.equal(atOnce(first), last.value);
    assert.equal(groupPositions(set, { height: 2, width: 3 }), last.value);
  });

  it('are the positions at which the same concepts hold', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const positions = set.samples * set.height * set.width;
        const groups = groupPositions(set, { height: 4, width: 4 });
        const of = groupsOf(groups);
        const cell = cells(set);
        const signature = (p: number) => cell.map((concept) => (concept[p] ? '1' : '0')).join('');
        const naive = new Map<string, number>();
        const sizes: number[] = [];
        for (let p = 0; p < positions; p++) {
          const text = signature(p);
          if (!naive.has(text)) naive.set(text, naive.size);
          const group = naive.get(text)!;
          sizes[group] = (sizes[group] ?? 0) + 1;
          assert.equal(of[p], group);
        }
        assert.equal(groups.count, naive.size);
        assert.deepEqual([...groups.sizes], sizes);
        assert.equal(groups.positions, positions);
        groups.atoms.forEach(({ concept }, atom) => {
          const row = groups.members.subarray(atom * groups.words, (atom + 1) * groups.words);
          for (let p = 0; p < positions; p++) assert.equal(hasBit(row, of[p]), cell[concept][p]);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('merge concepts that hold at the same positions and leave out those that hold nowhere', () => {
    const groups = groupPositions(
      sampleConcepts([
        [true, false, true],
        [false, false, false],
        [true, false, true],
        [true, true, true],
      ]),
      placeless,
    );
    assert.deepEqual(
      groups.atoms.map(({ name }) => name),
      ['a', 'd'],
    );
    assert.deepEqual(groups.notes, [
      '1 concept holds nowhere and is left out: "b"',
      '1 concept holds at the same positions as another, whose name stands for both: "c" (as "a")',
    ]);
  });

  it('cover all places of a layer where concepts are of whole samples', () => {
    const set = sampleConcepts([[true, false, false]]);
    const features = groupPositions(set, placeless);
    const maps = groupPositions(set, { height: 7, width: 5 });
    assert.deepEqual([...features.sizes], [1, 2]);
    assert.deepEqual([...maps.sizes], [35, 70]);
    assert.equal(maps.positions, 105);
    assert.deepEqual(maps.grid, { kind: 'samples', samples: 3, height: 7, width: 5 });
    assert.equal(groupPositions(set, { height: 7, width: 5 }), maps, 'grouped once');
  });

  it('of a layer without places use what is said of samples, and note what is not', () => {
    const set: ConceptSet = {
      samples: 2,
      height: 1,
      width: 2,
      concepts: [
        ofPlaces('left', [true, false, true, false], 2),
        { ...ofPlaces('sky', [true, true, false, false], 2), ofSamples: ofSamples('', [true, false]).ofSamples },
      ],
      notes: [],
    };
    const groups = groupPositions(set, placeless);
    assert.deepEqual(
      groups.atoms.map(({ name }) => name),
      ['sky'],
    );
    assert.deepEqual(groupsOf(groups), [0, 1]);
    assert.match(groups.notes[0], /^1 concept marks places alone .*"left"$/);
    // A sequence of another length has no places to compare; one of the masks' own size has.
    assert.equal(groupPositions(set, { height: 1, width: 3 }).grid.kind, 'samples');
    assert.equal(groupPositions(set, { height: 1, width: 2 }).grid.kind, 'places');
  });

  it('pass 65,536 without losing count', () => {
    const samples = 70_000;
    const masks = Array.from({ length: 17 }, (_, c) => Array.from({ length: samples }, (_, i) => ((i >> c) & 1) === 1));
    const groups = groupPositions(sampleConcepts(masks), placeless);
    assert.equal(groups.count, samples);
    assert.ok(groupsOf(groups).every((group, i) => group === i));
  });

  it('are the same over many pictures in which few of many concepts hold', () => {
    // 20 pictures of 30 × 25; concept c holds in a rectangle of every picture whose number it divides, or in those pictures as wholes.
    const [samples, height, width] = [20, 30, 25];
    const concepts = Array.from({ length: 40 }, (_, c) =>
      c % 4 === 0
        ? ofSamples(
            '',
            Array.from({ length: samples }, (_, i) => i % (c + 1) === 0),
          )
        : ofPlaces(
            '',
            Array.from({ length: samples * height * width }, (_, p) => {
              const [picture, y, x] = [Math.floor(p / (height * width)), Math.floor(p / width) % height, p % width];
              return picture % (c + 1) === 0 && y >= c % 13 && x >= c % 11 && y + x < 40 - c / 2;
            }),
            height * width,
          ),
    );
    const set: ConceptSet = { samples, height, width, concepts, notes: [] };
    const groups = groupPositions(set, { height, width });
    const { count, sizes } = groups;
    const cell = cells(set);
    const numbers = new Map<string, number>();
    const expected = Array.from({ length: samples * height * width }, (_, p) => {
      const signature = cell.map((concept) => Number(concept[p])).join('');
      if (!numbers.has(signature)) numbers.set(signature, numbers.size);
      return numbers.get(signature)!;
    });
    assert.deepEqual(groupsOf(groups), expected);
    assert.equal(count, numbers.size);
    assert.deepEqual(
      [...sizes],
      [...numbers.values()].map((group) => expected.filter((other) => other === group).length),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteReader, ByteStore, ByteWriter } from '../../../src/engine/concept/byteStore.js';
import { setBit } from '../../../src/engine/concept/conceptSet.js';
import { PlaceGroups } from '../../../src/engine/concept/groupMap.js';
import { KeptPlaces } from '../../../src/engine/concept/keptPlaces.js';
import { bits, shownPlaces } from './conceptSets.js';

const masks = (places: number) =>
  fc.oneof(
    fc.array(fc.boolean(), { minLength: places, maxLength: places }),
    fc
      .tuple(fc.nat(places), fc.nat(places))
      .map(([a, b]) => Array.from({ length: places }, (_, i) => i >= Math.min(a, b) && i < Math.max(a, b))),
  );

describe('masks kept by picture', () => {
  it('are the pieces of each sample joined, bit for bit, whatever the order in which they came', () => {
    const problems = fc
      .integer({ min: 1, max: 200 })
      .chain((places) =>
        fc.tuple(
          fc.constant(places),
          fc.array(fc.record({ sample: fc.nat(5), whole: fc.boolean(), mask: masks(places) }), { maxLength: 20 }),
        ),
      );
    fc.assert(
      fc.property(problems, ([places, pieces]) => {
        const store = new ByteStore();
        const kept = new KeptPlaces(store, places);
        const other = new KeptPlaces(store, places);
        const expected = Array<boolean>(6 * places).fill(false);
        for (const { sample, whole, mask } of pieces) {
          if (whole) kept.addWhole(sample);
          else kept.add(sample, bits(mask));
          other.add(5 - sample, bits(mask));
          mask.forEach((holds, place) => (expected[sample * places + place] ||= whole || holds));
        }
        assert.deepEqual(shownPlaces(kept, 6, places), expected);
        // Samples may be asked for in any order; what is marked already stays.
        for (const sample of [4, 1, 5, 0, 3, 2]) {
          const into = bits([true]);
          const wide = new Uint32Array((places + 31) >>> 5);
          wide.set(into);
          const any = kept.mark(sample, wide);
          const own = expected.slice(sample * places, (sample + 1) * places);
          assert.equal(any, own.includes(true));
          assert.deepEqual(wide, bits(own.map((holds, place) => holds || place === 0)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('take two bytes a row for a box, and a bit a place for what has no shape', () => {
    // A box of 20 rows in 112 × 112 places is 20 runs; at most one of its distances takes a second byte before it, one behind.
    const places = 112 * 112;
    const box = Array.from(
      { length: places },
      (_, i) => i >= 30 * 112 && i < 50 * 112 && i % 112 >= 10 && i % 112 < 60,
    );
    const shaped = new KeptPlaces(new ByteStore(), places);
    shaped.add(0, bits(box));
    assert.ok(shaped.bytes <= 16 + 2 * 20 + 4, `${shaped.bytes}`);
    const checks = new KeptPlaces(new ByteStore(), places);
    checks.add(0, bits(Array.from({ length: places }, (_, i) => i % 2 === 1)));
    assert.ok(checks.bytes <= 16 + places / 8 + 1, `${checks.bytes}`);
    const nothing = new KeptPlaces(new ByteStore(), places);
    nothing.add(0, new Uint32Array(places / 32));
    assert.equal(nothing.bytes, 0);
  });

  it('many concepts share a store of several chunks', () => {
    // 3,000 pieces of 1,025 bytes are nearly three times the largest chunk.
    const places = 8192;
    const store = new ByteStore();
    const concepts = Array.from({ length: 30 }, () => new KeptPlaces(store, places));
    const pattern = (concept: number, sample: number) => {
      const own = new Uint32Array(places / 32).fill(0x55555555);
      setBit(own, 1 + 2 * ((concept * 100 + sample) % 4096));
      return own;
    };
    for (let sample = 0; sample < 100; sample++) {
      concepts.forEach((kept, concept) => kept.add(sample, pattern(concept, sample)));
    }
    assert.ok(store.bytes >= 3000 * 1025 && store.bytes < 3000 * 1025 + 2 ** 20, `${store.bytes}`);
    concepts.forEach((kept, concept) => {
      for (let sample = 0; sample < 100; sample++) {
        const own = new Uint32Array(places / 32);
        kept.mark(sample, own);
        assert.deepEqual(own, pattern(concept, sample));
      }
    });
    // One that is larger than a chunk has its own.
    const large = new KeptPlaces(store, 2 ** 24);
    const noise = Uint32Array.from({ length: 2 ** 19 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    large.add(7, noise);
    const read = new Uint32Array(2 ** 19);
    assert.deepEqual([large.mark(7, read), large.mark(6, read)], [true, false]);
    assert.deepEqual(read, noise);
  });
});

describe('the groups of places, kept by picture', () => {
  it('come back as they were added', () => {
    const samples = fc.integer({ min: 1, max: 60 }).chain((places) =>
      fc.tuple(
        fc.constant(places),
        fc.array(
          fc.array(fc.nat(2 ** 32 - 1), { minLength: 1, maxLength: places }).chain((groups) =>
            fc.record({
              groups: fc.constant(groups),
              local: fc.array(fc.nat(groups.length - 1), { minLength: places, maxLength: places }),
            }),
          ),
          { minLength: 1, maxLength: 5 },
        ),
      ),
    );
    fc.assert(
      fc.property(samples, ([places, list]) => {
        const kept = new PlaceGroups(places);
        for (const { groups, local } of list) kept.add(Uint32Array.from(local), groups);
        const into = new Uint32Array(places);
        for (const [sample, { groups, local }] of [...list.entries()].reverse()) {
          kept.read(sample, into);
          assert.deepEqual(
            [...into],
            local.map((index) => groups[index]),
          );
        }
      }),
    );
  });

  for (const [count, width] of [
    [256, 1],
    [257, 2],
    [65_536, 2],
    [65_537, 4],
  ]) {
    it(`${count} of them in one picture without shape take ${width} byte${width > 1 ? 's' : ''} a place`, () => {
      const places = 200_000;
      const groups = Array.from({ length: count }, (_, i) => i * 3);
      const local = Uint32Array.from({ length: places }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0).map(
        (n) => n % count,
      );
      const kept = new PlaceGroups(places);
      kept.add(local, groups);
      const into = new Uint32Array(places);
      kept.read(0, into);
      assert.ok(into.every((group, place) => group === 3 * local[place]));
      // Three bytes for numbers up to 3 · 65,537, and the place where it is found.
      assert.ok(kept.bytes <= places * width + 3 * count + 20, `${kept.bytes}`);
    });
  }

  it('numbers up to 2^32 are written and read', () => {
    const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
    const writer = new ByteWriter();
    for (const number of numbers) writer.number(number);
    const reader = new ByteReader(writer.take());
    assert.deepEqual(
      numbers.map(() => reader.number()),
      numbers,
    );
  });
});

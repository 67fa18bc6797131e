import assert from 'node:assert/strict';
import path from 'node:path';
import { placeOf, probeTitle, sampleTitle } from '../../../src/engine/probe/probeTitle.js';

describe('the title of a probe set', () => {
  for (const [folder, place] of [
    ['home/fashion/pictures', 'fashion'],
    ['home/fashion/data/Images', 'fashion'],
    ['home/fashion/images/test', 'fashion/test'],
    ['home/birds', 'birds'],
    ['images', 'images'],
  ])
    it(`${folder} is ${place}`, () => assert.equal(placeOf(path.resolve('/', folder)), place));

  it('says how many samples there are', () => {
    assert.equal(probeTitle('fashion', 1000, 'picture'), 'fashion · 1,000 pictures');
    assert.equal(probeTitle('states.csv', 1, 'row'), 'states.csv · 1 row');
  });

  it('says once that it is a sample', () => {
    assert.equal(sampleTitle('fashion', 'fashion · 1,000 pictures'), 'fashion sample · 1,000 pictures');
    assert.equal(sampleTitle('policy', 'states.csv · 8,000 rows'), 'policy sample: states.csv · 8,000 rows');
  });
});

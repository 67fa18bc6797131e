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

  it('does not name the workspace, in which everything lies', () => {
    const [root, inner] = ['/home/project', '/home/project/birds/photos'].map((file) => path.resolve(file));
    assert.equal(placeOf(path.join(root, 'photos'), [root]), 'photos');
    assert.equal(placeOf(path.join(root, 'test'), [root]), 'test');
    assert.equal(placeOf(inner, [root]), 'birds');
  });

  it('says how many samples there are', () => {
    assert.equal(probeTitle('fashion', 1000, 'picture'), 'fashion · 1,000 pictures');
    assert.equal(probeTitle('states.csv', 1, 'row'), 'states.csv · 1 row');
  });

  it('says once that it is a sample', () => {
    assert.equal(sampleTitle('fashion', 'fashion · 1,000 pictures'), 'fashion sample · 1,000 pictures');
    assert.equal(sampleTitle('policy', 'states.csv · 8,000 rows'), 'policy sample: states.csv · 8,000 rows');
  });
});

import assert from 'node:assert/strict';
import { type Tensor, toActivationBatch, tokenGrid } from '../../../src/engine/runtime/index.js';

/** A tensor whose elements count up from 0. */
const counting = (...dims: number[]): Tensor => ({
  type: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

describe('a layer’s tensor as samples × units × height × width', () => {
  const cases: [name: string, dims: number[], unitAxis: number, samples: number, shape: number[], values: number[]][] =
    [
      ['features N × C', [2, 3], 1, 2, [3, 1, 1], [0, 1, 2, 3, 4, 5]],
      ['sequences N × C × L', [1, 2, 3], 1, 1, [2, 1, 3], [0, 1, 2, 3, 4, 5]],
      ['maps N × C × H × W', [2, 1, 2, 2], 1, 2, [1, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]],
      ['volumes N × C × D × H × W', [1, 1, 2, 2, 2], 1, 1, [1, 4, 2], [0, 1, 2, 3, 4, 5, 6, 7]],
      ['channels last N × H × W × C', [1, 2, 2, 2], 3, 1, [2, 2, 2], [0, 2, 4, 6, 1, 3, 5, 7]],
      ['tokens N × T × F', [2, 2, 2], 2, 2, [2, 1, 2], [0, 2, 1, 3, 4, 6, 5, 7]],
      ['units between places N × H × C × W', [1, 2, 2, 2], 2, 1, [2, 2, 2], [0, 1, 4, 5, 2, 3, 6, 7]],
      ['no batch axis T × F', [3, 2], 1, 1, [2, 1, 3], [0, 2, 4, 1, 3, 5]],
      ['no batch axis F', [3], 0, 1, [3, 1, 1], [0, 1, 2]],
      ['one number a sample', [2], 0, 2, [1, 1, 1], [0, 1]],
      ['recurrent T × directions × N × F', [3, 1, 1, 2], 3, 1, [2, 1, 3], [0, 2, 4, 1, 3, 5]],
      ['nothing at all', [0, 4], 1, 0, [4, 1, 1], []],
    ];
  for (const [name, dims, unitAxis, samples, [units, height, width], values] of cases) {
    it(name, () => {
      const batch = toActivationBatch(counting(...dims), { unitAxis }, 7, samples);
      assert.deepEqual({ ...batch, values: [...batch.values] }, { first: 7, samples, units, height, width, values });
    });
  }

  it('samples that only fill a fixed batch are dropped', () => {
    const batch = toActivationBatch(counting(4, 2), { unitAxis: 1 }, 0, 1, 4);
    assert.deepEqual([...batch.values], [0, 1]);
    assert.equal(batch.samples, 1);
  });

  it('integers are widened', () => {
    const batch = toActivationBatch(
      { type: 'int64', dims: [1, 2], data: BigInt64Array.from([-3n, 9n]) },
      { unitAxis: 1 },
      0,
      1,
    );
    assert.deepEqual([...batch.values], [-3, 9]);
  });

  it('tokens become a grid, without the class token before them', () => {
    const batch = toActivationBatch(counting(1, 5, 1), { unitAxis: 2, grid: tokenGrid(5)! }, 0, 1);
    assert.deepEqual([batch.height, batch.width, [...batch.values]], [2, 2, [1, 2, 3, 4]]);
  });

  it('the receiver may keep a batch: it is no view of the tensor', () => {
    const tensor = counting(1, 2);
    const batch = toActivationBatch(tensor, { unitAxis: 1 }, 0, 1);
    (tensor.data as Float32Array).fill(9);
    assert.deepEqual([...batch.values], [0, 1]);
  });
});

describe('grids of tokens', () => {
  it('ViT-B/16, DINOv2 with registers, Swin, and none', () => {
    assert.deepEqual(tokenGrid(197), { height: 14, width: 14, prefix: 1 });
    assert.deepEqual(tokenGrid(261), { height: 16, width: 16, prefix: 5 });
    assert.deepEqual(tokenGrid(49), { height: 7, width: 7, prefix: 0 });
    assert.equal(tokenGrid(15), null);
    assert.equal(tokenGrid(3), null);
  });
});

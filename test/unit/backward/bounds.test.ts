import assert from 'node:assert/strict';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { withModel } from '../../support/gradientCheck.js';

/** The float32 values next below and next above a positive one, and it between them. */
function neighbours(value: number): number[] {
  const bits = new Int32Array(Float32Array.of(value).buffer)[0];
  return [...new Float32Array(Int32Array.of(bits - 1, bits, bits + 1).buffer)];
}

async function slopes(op: string, bounds: number[], x: number[]): Promise<number[]> {
  const node = { op, in: ['x', ...bounds.map((_, i) => `bound${i}`)], out: ['y'] };
  const initializers = Object.fromEntries(bounds.map((bound, i) => [`bound${i}`, { dims: [], values: [bound] }]));
  const spec = { nodes: [node], inputs: { x: { shape: [x.length] } }, outputs: { y: {} }, initializers };
  return withModel(spec, async (file) => {
    const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
    const feeds = { x: { type: 'float32' as const, dims: [x.length], data: Float32Array.from(x) } };
    const { gradients } = await gradient.run(feeds, { y: new Float32Array(x.length).fill(1) });
    await gradient.release();
    // A zero has no sign here.
    return Array.from(gradients.x.data as Float32Array, (slope) => slope + 0);
  });
}

describe('gradients of what cuts off', () => {
  it('change from one float32 to the next at any bounds', async () => {
    const bounds: [number, number][] = [
      [0.1, 6],
      [1e-6, 1e-3],
      [3.3, 1e20],
      [0.25, 3e38],
    ];
    for (const [low, high] of bounds) {
      const x = [...neighbours(low), (low + high) / 2, ...neighbours(high)];
      assert.deepEqual(await slopes('Clip', [low, high], x), [0, 0, 1, 1, 1, 0, 0], `${low} to ${high}`);
      const mirrored = await slopes(
        'Clip',
        [-high, -low],
        x.map((value) => -value),
      );
      assert.deepEqual(mirrored, [0, 0, 1, 1, 1, 0, 0], `${-high} to ${-low}`);
    }
  });

  it('are 0 at 0 and 1 at the smallest normal number, for a rectifier', async () =>
    assert.deepEqual(await slopes('Relu', [], [-1, -0, 0, 2 ** -126, 1, 3.4e38]), [0, 0, 0, 1, 1, 1]));
});

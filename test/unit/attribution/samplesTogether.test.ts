import assert from 'node:assert/strict';
import { attribute, defaultAttribution } from '../../../src/engine/attribution/index.js';
import { samplesTogether } from '../../../src/engine/attribution/samplesTogether.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

describe('samples that are attributed in one run', () => {
  const folder = temporaryFolder();

  /** Channels from 3 to 16 at every place, a rectifier, and a product with unused bytes of weights beside it. */
  const network = (size: number | string, unused = 0) =>
    readModel(
      folder.write(
        'network.onnx',
        modelBytes({
          inputs: { x: { shape: ['n', 3, size, size] } },
          outputs: { scores: { shape: ['n', 16] } },
          initializers: {
            kernel: { dims: [16, 3, 1, 1], values: Array<number>(48).fill(0.1) },
            ...(unused > 0 ? { more: { dims: [unused / 4], raw: Buffer.alloc(unused) } } : {}),
          },
          nodes: [
            { op: 'Conv', in: ['x', 'kernel'], out: ['conv'] },
            { op: 'Relu', in: ['conv'], out: ['relu'] },
            { op: 'GlobalAveragePool', in: ['relu'], out: ['mean'] },
            { op: 'Flatten', in: ['mean'], out: ['scores'] },
          ],
        }),
      ),
    );

  it('are one where its activations are many and the weights few', async () => {
    // 2 × 16 × 224 × 224 × 4 bytes are 6.4 million.
    assert.equal(samplesTogether(await network(224), 3 * 224 * 224), 1);
  });

  it('are as many as half a million components where the weights are more: 3 pictures of 224 × 224', async () => {
    assert.equal(samplesTogether(await network(224, 16e6), 3 * 224 * 224), 3);
  });

  it('are 16 at most', async () => {
    assert.equal(samplesTogether(await network(28), 3 * 28 * 28), 16);
  });

  it('are counted by the first sample where the file does not say how large it is', async () => {
    const sizes: number[] = [];
    const side = 400;
    const inputs = {
      input: 'x',
      samples: 3,
      batch: async (_: number, count: number) => {
        sizes.push(count);
        const dims = [count, 3, side, side];
        return { x: { type: 'float32' as const, dims, data: new Float32Array(count * 3 * side * side).fill(1) } };
      },
    };
    await attribute(await network('side'), inputs, { ...defaultAttribution, method: 'gradient', class: 0, threads: 1 });
    // 2^19 / (3 × 400 × 400) is 1.09. The first is read twice: to see how large it is.
    assert.deepEqual(sizes, [1, 1, 1, 1]);
  });
});

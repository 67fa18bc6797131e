import assert from 'node:assert/strict';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

describe('layers of transformers that ONNX Runtime’s optimiser fused', () => {
  const folder = temporaryFolder();

  it('have their units on the last axis, from the embeddings on', async () => {
    const of = (...dims: number[]) => ({ dims, values: new Array<number>(dims.reduce((a, b) => a * b)).fill(1) });
    const fused = (op: string, inputs: string[], out: string[], attributes = {}) => ({
      ...{ op, domain: 'com.microsoft', in: inputs, out, attributes },
    });
    const file = folder.write(
      'fused.onnx',
      modelBytes({
        domains: { 'com.microsoft': 1 },
        nodes: [
          fused('EmbedLayerNormalization', ['ids', '', 'words', 'places', '', 'one', 'one'], ['embedded', 'mask']),
          fused('Attention', ['embedded', 'qkv', 'bias'], ['attended'], { num_heads: 2 }),
          { op: 'MatMul', in: ['attended', 'w'], out: ['projected'] },
          fused('SkipLayerNormalization', ['projected', 'embedded', 'one', 'one'], ['normed', '', '', 'sum']),
          { op: 'MatMul', in: ['sum', 'w'], out: ['y'] },
        ],
        inputs: { ids: { type: 6, shape: ['batch', 'tokens'] } },
        outputs: { y: {} },
        initializers: { words: of(9, 4), places: of(5, 4), one: of(4), qkv: of(4, 12), bias: of(12), w: of(4, 4) },
      }),
    );
    const { layers } = structureOf(await readModel(file));
    assert.deepEqual(
      layers.map(({ name, shape, unitAxis }) => [name, shape, unitAxis]),
      ['embedded', 'attended', 'projected', 'normed', 'y'].map((name) => [name, ['batch', 'tokens', 4], 2]),
    );
  });
});

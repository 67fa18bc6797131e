import assert from 'node:assert/strict';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { linkCode, loadPython } from '../../../src/source/index.js';
import { codeFixture, placesText, programOf } from './program.js';

/** Per network of test/fixtures/code/frameworks: which line of its code makes which layers, read off the code. */
const networks: Record<string, { exports: string[]; made: string[] }> = {
  keras_functional: {
    exports: ['keras3', 'saved'],
    made: [
      '9:54 stem → stem',
      '11:56 block{i}_conv → block0_conv, block1_conv',
      '12:13 layers.ReLU → re_lu, re_lu_1',
      '13:9 layers.Conv2D → conv2d',
      '15:9 layers.ReLU → re_lu_2',
      '17:9 layers.Dense → dense',
      '19:81 probs → probs',
    ],
  },
  keras_sequential: {
    exports: ['keras3', 'saved'],
    made: [
      '8:9 keras.layers.Dense → dense',
      '10:9 keras.layers.Dense → dense_1',
      '11:9 keras.layers.LeakyReLU → leaky_re_lu',
      '12:37 logits → logits',
    ],
  },
  keras_subclassed: {
    exports: ['keras3', 'saved'],
    made: [
      '10:14 first → res_block/conv2d, res_block_1/conv2d_2',
      '12:14 second → res_block/conv2d_1, res_block_1/conv2d_3',
      '22:14 stem → entry',
      '23:24 ResBlock → res_block/conv2d, res_block, res_block/conv2d_1, res_block_1/conv2d_2, res_block_1, res_block_1/conv2d_3',
      '25:14 head → dense',
    ],
  },
  flax_compact: {
    exports: ['jax2tf'],
    made: [
      '11:21 nn.Conv → Block_0/Conv_0, Block_1/Conv_0',
      '12:20 nn.Conv → Block_0/Conv_1, Block_1/Conv_1',
      '18:38 stem → stem',
      '20:17 Block → Block_0/Conv_0, Block_0/Conv_1, Block_0, Block_1/Conv_0, Block_1/Conv_1, Block_1',
      '22:21 nn.Dense → Dense_0',
      '23:16 nn.Dense → Dense_1',
    ],
  },
  flax_setup: {
    exports: ['jax2tf'],
    made: ['8:14 stem → stem', '9:24 nn.Dense → layers_0', '9:37 nn.Dense → layers_1', '10:14 head → head'],
  },
  haiku_net: {
    exports: ['jax2tf'],
    made: [
      '10:14 conv → torso/conv2_d',
      '11:14 out → torso/out',
      '19:12 hk.Linear → linear',
      '19:25 Torso → torso/conv2_d, torso/out, torso',
    ],
  },
};

describe('real exports of other frameworks lead to their code', () => {
  before(loadPython);

  for (const [name, { exports, made }] of Object.entries(networks))
    for (const exported of exports)
      it(`${name}, ${exported}`, async () => {
        const structure = structureOf(await readModel(codeFixture(`frameworks/${name}.${exported}.onnx`)));
        const { places, unmatched } = linkCode(await programOf(codeFixture(`frameworks/${name}.py`)), structure);
        assert.deepEqual(unmatched, []);
        assert.deepEqual(placesText(places), made);
      });

  it('a convolution with its batch normalisation folded into it is itself', async () => {
    const { layers } = structureOf(await readModel(codeFixture('frameworks/keras_functional.keras3.onnx')));
    assert.deepEqual(
      layers.filter(({ op }) => op === 'Conv').map(({ node, module }) => [node, module]),
      [
        ['small_1/stem_1/convolution', 'stem'],
        ['small_1/block0_conv_1/convolution', 'block0_conv'],
        ['small_1/block1_conv_1/convolution', 'block1_conv'],
        ['Conv__22', 'conv2d'],
      ],
    );
  });
});

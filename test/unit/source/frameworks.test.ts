import assert from 'node:assert/strict';
import { linkCode, loadPython } from '../../../src/source/index.js';
import { modelOfLayers, placesText, programOfText } from './program.js';

const link = (code: string, ...layers: Parameters<typeof modelOfLayers>[0]) =>
  linkCode(programOfText(code), modelOfLayers(layers));

describe('other frameworks', () => {
  before(loadPython);

  it('Keras, functional: by name=, and by class and counter', () => {
    const { places, unmatched } = link(
      `
from tensorflow import keras
from tensorflow.keras import layers

def build(classes):
    inputs = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(8, 3, activation="relu", name="stem")(inputs)
    x = layers.Conv2D(16, 3)(x)
    for i in range(2):
        x = layers.Conv2D(16, 3, name=f"block{i}_conv")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(32)(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))

model = build(10)
model.get_layer("stem").trainable = False
`,
      ['stem', 'Conv', 8],
      ['stem', 'Relu', 8],
      ['conv2d', 'Conv', 16],
      ['block0_conv', 'Conv', 16],
      ['block1_conv', 'Conv', 16],
      ['dense', 'MatMul', 32],
      ['dense_1', 'MatMul', 10],
      ['dense_1', 'Softmax', 10],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), [
      '7:54 stem → stem',
      '8:9 layers.Conv2D → conv2d',
      '10:41 block{i}_conv → block0_conv, block1_conv',
      '12:9 layers.Dense → dense',
      '13:32 layers.Dense → dense_1',
    ]);
    assert.deepEqual(placesText(places, 'use'), ['16:18 stem → stem']);
  });

  it('Keras, sequential: counters that go on from other models', () => {
    const { places, unmatched } = link(
      `
import keras
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dropout(0.5),
    keras.layers.Dense(8),
    keras.layers.Dense(2, name="logits"),
])
`,
      ['dense_7', 'MatMul', 8],
      ['dense_7', 'Relu', 8],
      ['dense_8', 'MatMul', 8],
      ['logits_1', 'MatMul', 2],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), [
      '5:5 keras.layers.Dense → dense_7',
      '7:5 keras.layers.Dense → dense_8',
      '8:33 logits → logits_1',
    ]);
  });

  it('Keras, subclassed: layers of layers by their own order', () => {
    const { places, unmatched } = link(
      `
from keras import layers, Model

class ResBlock(layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.first = layers.Conv2D(width, 3)
        self.second = layers.Conv2D(width, 3)
    def call(self, x):
        return x + self.second(self.first(x))

class Net(Model):
    def __init__(self):
        super().__init__()
        self.one = ResBlock(8)
        self.two = ResBlock(8)
        self.head = layers.Dense(3)
    def call(self, x):
        return self.head(self.two(self.one(x)))
`,
      ['res_block/conv2d', 'Conv', 8],
      ['res_block/conv2d_1', 'Conv', 8],
      ['res_block_1/conv2d_2', 'Conv', 8],
      ['res_block_1/conv2d_3', 'Conv', 8],
      ['dense', 'MatMul', 3],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), [
      '7:14 first → res_block/conv2d, res_block_1/conv2d_2',
      '8:14 second → res_block/conv2d_1, res_block_1/conv2d_3',
      '15:14 one → res_block/conv2d, res_block/conv2d_1',
      '16:14 two → res_block_1/conv2d_2, res_block_1/conv2d_3',
      '17:14 head → dense',
    ]);
    assert.deepEqual(placesText(places, 'use'), [
      '10:25 second → res_block/conv2d_1, res_block_1/conv2d_3',
      '10:37 first → res_block/conv2d, res_block_1/conv2d_2',
      '19:21 head → dense',
      '19:31 two → res_block_1/conv2d_2, res_block_1/conv2d_3',
      '19:40 one → res_block/conv2d, res_block/conv2d_1',
    ]);
  });

  it('Flax linen: compact modules by class and counter, setup by attribute, lists by number', () => {
    const compact = link(
      `
from flax import linen as nn

class MLP(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(16)(x))
        x = nn.Dense(16, name="middle")(x)
        return nn.Dense(2)(x)
`,
      ['Dense_0', 'MatMul', 16],
      ['middle', 'MatMul', 16],
      ['Dense_1', 'MatMul', 2],
    );
    assert.deepEqual(placesText(compact.places), [
      '7:21 nn.Dense → Dense_0',
      '8:32 middle → middle',
      '9:16 nn.Dense → Dense_1',
    ]);
    const { places, unmatched } = link(
      `
import flax.linen as nn

class Net(nn.Module):
    width: int = 8
    def setup(self):
        self.stem = nn.Conv(self.width, (3, 3))
        self.blocks = [nn.Conv(16, (3, 3)), nn.Dense(5)]
    def __call__(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return x
`,
      ['stem', 'Conv', 8],
      ['blocks_0', 'Conv', 16],
      ['blocks_1', 'MatMul', 5],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), ['7:14 stem → stem', '8:24 nn.Conv → blocks_0', '8:45 nn.Dense → blocks_1']);
  });

  it('Flax nnx by attributes', () => {
    const { places } = link(
      `
from flax import nnx

class Net(nnx.Module):
    def __init__(self, rngs):
        self.fc1 = nnx.Linear(4, 8, rngs=rngs)
        self.fc2 = nnx.Linear(8, 2, rngs=rngs)
    def __call__(self, x):
        return self.fc2(nnx.relu(self.fc1(x)))
`,
      ['fc1', 'MatMul', 8],
      ['fc2', 'MatMul', 2],
    );
    assert.deepEqual(placesText(places), ['6:14 fc1 → fc1', '7:14 fc2 → fc2']);
    assert.deepEqual(placesText(places, 'use'), ['9:21 fc2 → fc2', '9:39 fc1 → fc1']);
  });

  it('Haiku: modules in their constructors’ paths', () => {
    const { places, unmatched } = link(
      `
import haiku as hk

class Torso(hk.Module):
    def __init__(self):
        super().__init__(name="torso")
        self.conv = hk.Conv2D(8, 3)
        self.out = hk.Linear(4, name="out")
    def __call__(self, x):
        return self.out(hk.Flatten()(self.conv(x)))

def forward(x):
    return hk.Linear(2)(Torso()(x))
`,
      ['torso/~/conv2_d', 'Conv', 8],
      ['torso/~/out', 'MatMul', 4],
      ['linear', 'MatMul', 2],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), [
      '7:14 conv → torso/~/conv2_d',
      '8:14 out → torso/~/out',
      '13:12 hk.Linear → linear',
      '13:25 Torso → torso/~/conv2_d, torso/~/out',
    ]);
  });
});

import assert from 'node:assert/strict';
import { linkCode, loadPython } from '../../../src/source/index.js';
import { modelOfLayers, placesText, programOfText } from './program.js';

const link = (code: string, ...layers: Parameters<typeof modelOfLayers>[0]) =>
  linkCode(programOfText(code), modelOfLayers(layers));

const keras = `
import os
os.environ["KERAS_BACKEND"] = "torch"
import keras

model = keras.Sequential([
    keras.layers.Conv2D(8, 3, activation="relu", name="stem"),
    keras.layers.Conv2D(16, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, name="logits"),
])
`;

describe('models that lost every name', () => {
  before(loadPython);

  it('Keras on PyTorch: by operator, size and order', () => {
    const { places, unmatched } = link(
      keras,
      [null, 'Conv', 8],
      [null, 'Relu', 8],
      [null, 'Conv', 16],
      [null, 'Relu', 16],
      [null, 'Gemm', 10],
    );
    assert.deepEqual(unmatched, []);
    assert.deepEqual(placesText(places), [
      '7:56 stem → stem',
      '8:5 keras.layers.Conv2D → conv2d',
      '10:34 logits → logits',
    ]);
    assert.deepEqual(new Set(places.map(({ certainty }) => certainty)), new Set(['order']));
  });

  it('a model of other sizes, or of another number of layers, is not matched', () => {
    assert.deepEqual(link(keras, [null, 'Conv', 8], [null, 'Conv', 17], [null, 'Gemm', 10]).places, []);
    assert.deepEqual(link(keras, [null, 'Conv', 8], [null, 'Gemm', 10]).places, []);
    assert.deepEqual(link(keras, [null, 'Conv', 8], [null, 'Gemm', 16], [null, 'Gemm', 10]).places, []);
  });

  it('PyTorch before 1.13 with every batch norm folded: numbered nodes, one name left', () => {
    const { places } = link(
      `
from torch import nn

class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.body = nn.Sequential(*[nn.Conv2d(8, 8, 3) for _ in range(depth)])
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.body(self.stem(x)).mean((2, 3)))
`,
      [null, 'Conv', 8],
      [null, 'Relu', 8],
      [null, 'Conv', 8],
      [null, 'Conv', 8],
      [null, 'Conv', 8],
      ['fc', 'Gemm', 2],
    );
    assert.deepEqual(placesText(places), [
      '7:14 stem → stem.0, stem.2',
      '7:35 nn.Conv2d → stem.0',
      '7:74 nn.ReLU → stem.2',
      '8:14 body → body.0, body.1, body.2',
      '8:37 nn.Conv2d → body.0, body.1, body.2',
      '9:14 fc → fc',
    ]);
    assert.equal(places.filter(({ kind }) => kind === 'use').length, 3);
  });
});

import assert from 'node:assert/strict';
import { baseName, definitionOf, useOf } from '../../../src/extension/codePlace.js';
import type { Layer } from '../../../src/shared/model.js';

const code = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        # self.conv1 = an older one
        self.conv1: nn.Module = nn.Conv2d(3, 8, 3)
        self.body = nn.Sequential(OrderedDict([("norm", nn.BatchNorm2d(8)), ("act", nn.ReLU())]))
        self.add_module("head", nn.Linear(8, 2))

    def forward(self, x):
        if self.conv1 == None:
            return x
        return self.head(self.body(self.conv1(x)))
`;
const textAt = (place: { line: number; column: number; length: number } | null) =>
  place && code.split('\n')[place.line].slice(place.column, place.column + place.length);

describe('a layer’s place in training code', () => {
  it('is where its attribute is made, not where it is used or commented on', () => {
    assert.deepEqual(definitionOf(code, 'conv1'), { line: 6, column: 13, length: 5 });
  });

  it('is the key of an OrderedDict or of add_module', () => {
    assert.equal(textAt(definitionOf(code, 'act')), 'act');
    assert.equal(definitionOf(code, 'norm')?.line, 7);
    assert.equal(definitionOf(code, 'head')?.line, 8);
  });

  it('is nowhere when nothing makes it', () => {
    assert.equal(definitionOf(code, 'conv2'), null);
    assert.equal(definitionOf(code, 'con'), null);
  });

  const layer = (line: number, rest: Partial<Layer> = {}): Layer => ({
    name: 'relu',
    node: '',
    op: 'Conv',
    module: 'conv1',
    source: { file: 'net.py', line },
    shape: null,
    units: 8,
    unitAxis: 1,
    parameters: 0,
    ...rest,
  });

  it('is the line that the model names, or the nearest that still shows the layer', () => {
    assert.deepEqual(useOf(code, layer(14)), { line: 13, column: code.split('\n')[13].indexOf('conv1'), length: 5 });
    assert.equal(useOf(code, layer(20))?.line, 13);
    assert.equal(useOf(code, layer(14, { module: 'stem' }))?.line, undefined);
    assert.equal(useOf(code, layer(14, { source: null })), null);
  });

  it('takes paths of any machine', () => {
    assert.equal(baseName('C:\\users\\me\\net.py'), 'net.py');
    assert.equal(baseName('/home/me/net.py'), 'net.py');
  });
});

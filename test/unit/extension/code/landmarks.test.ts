import assert from 'node:assert/strict';
import { landmarks } from '../../../../src/extension/code/landmarks.js';

const code = `import torch

class Block(nn.Module):
    def __init__(self):
        if True:
            # a comment
            self.conv1 = nn.Conv2d(
                1, 2,
            )
        self.relu = nn.ReLU()


class Net(nn.Module):
    """Text."""
    def __init__(self):
        self.head = nn.Linear(2, 2)

torch.onnx.export(Net(), x, "net.onnx")
# torch.onnx.export in a comment
net.export("net.onnx", format="onnx")
parser.export(1)
`;
const at = (text: string) => code.split('\n').findIndex((line) => line.includes(text));
const place = (text: string, tensor: string) => ({
  ...{ line: at(text) + 1, column: 1, endColumn: 2, text, kind: 'definition' as const },
  ...{ layers: [tensor], tensors: [tensor], certainty: 'exact' as const },
});
const places = [place('conv1', 'a'), place('relu', 'b'), place('head', 'c')];

describe('lines that lenses stand above', () => {
  it('are the classes that make layers and the calls that export', () => {
    assert.deepEqual(landmarks(code, places), [
      { line: at('class Block'), kind: 'class', tensors: ['a', 'b'] },
      { line: at('class Net'), kind: 'class', tensors: ['c'] },
      { line: at('torch.onnx.export('), kind: 'export', tensors: null },
      { line: at('net.export('), kind: 'export', tensors: null },
    ]);
  });

  it('are none in code without layers of the model', () => {
    assert.deepEqual(landmarks(code, []), []);
  });

  it('are no classes around what is made outside of them', () => {
    assert.deepEqual(landmarks('class A:\n    pass\nnet = nn.Linear(1, 2)\n', [{ ...places[0], line: 3 }]), []);
  });
});

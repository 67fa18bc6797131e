import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { moduleReferences, type NodeNames } from '../../../src/source/index.js';
import { moduleOfParameter, tensorFlowScope, torchScriptScope } from '../../../src/source/nodeScope.js';
import { parsePythonList } from '../../../src/source/pythonList.js';
import { framesOfTrace } from '../../../src/source/stackTrace.js';
import { projectRoot } from '../../support/sharedData.js';

interface ExportedNode extends Omit<NodeNames, 'metadata'> {
  op: string;
  metadata: Record<string, string>;
  /** The module that made this call, by forward hooks in PyTorch; null for functional operators. */
  module: string | null;
}

const exports = JSON.parse(readFileSync(path.join(projectRoot, 'test/fixtures/source/exports.json'), 'utf8')) as Record<
  'current' | 'torchscript' | 'verbose',
  ExportedNode[]
>;

const references = (nodes: ExportedNode[]) =>
  moduleReferences(nodes.map((node) => ({ ...node, metadata: new Map(Object.entries(node.metadata)) })));

const plain = (name: string, weight: string | null = null): NodeNames => ({
  name,
  weight,
  metadata: new Map(),
  doc: '',
});

describe('modules of exported nodes', () => {
  for (const exporter of ['current', 'torchscript', 'verbose'] as const) {
    it(`${exporter} exporter: every module’s node is led back to the module that was called`, () => {
      const nodes = exports[exporter];
      const found = references(nodes);
      const called = nodes.flatMap((node, i) =>
        node.module === null ? [] : [[node.name, node.module, found[i].module]],
      );
      assert.equal(called.length, 15);
      for (const [name, module, ours] of called) {
        assert.equal(ours, module, name!);
      }
    });
  }

  it('a folded batch norm leads to its convolution, too', () => {
    const nodes = exports.current;
    const found = references(nodes);
    const conv = found[nodes.findIndex(({ weight }) => weight === 'stages.0.1.conv1.weight')];
    assert.deepEqual([conv.module, conv.aliases], ['stages.0.1.conv1', ['stages.0.1.bn1']]);
  });

  it('operators between modules belong to the module whose forward calls them', () => {
    for (const exporter of ['current', 'torchscript'] as const) {
      const nodes = exports[exporter];
      const found = references(nodes).filter((_, i) => nodes[i].op === 'Add');
      assert.deepEqual(
        found.map(({ module }) => module),
        ['stages.0.0', 'stages.0.1', 'stages.1.0', null],
      );
    }
  });

  it('the source line is the innermost of the user’s own', () => {
    const script = readFileSync(path.join(projectRoot, 'test/fixtures/source/make.py'), 'utf8').split('\n');
    for (const exporter of ['current', 'verbose'] as const) {
      const nodes = exports[exporter];
      const found = references(nodes);
      for (const [op, code] of [
        ['Tanh', 'self.towers["mask"](x)'],
        ['Concat', 'torch.cat(['],
        ['Gemm', 'self.enc(x)'],
      ]) {
        const [innermost] = found[nodes.findIndex((node) => node.op === op)].stack;
        assert.equal(innermost.file, 'net.py');
        assert.ok(script[innermost.line - 1].includes(code), `${op}: line ${innermost.line}`);
      }
    }
    assert.ok(references(exports.torchscript).every(({ stack }) => stack.length === 0));
  });

  it('a shared weight does not rename the module that uses it', () => {
    const [one, two] = moduleReferences([
      plain('/to_q/MatMul', 'shared.to_q.weight'),
      plain('/to_k/MatMul', 'shared.to_q.weight'),
    ]);
    assert.deepEqual([one.module, two.module], ['shared.to_q', 'to_k']);
  });

  it('names of weights, where nodes have none', () => {
    const [conv, folded, made] = moduleReferences([
      plain('Conv_0', 'layer1.0.conv1.weight'),
      plain('Conv_3', 'ConvBnFusion_W_base_net.1.0.weight'),
      plain('Conv_5', 'onnx::Conv_47'),
    ]);
    assert.deepEqual([conv.module, folded.module, made.module], ['layer1.0.conv1', 'base_net.1.0', null]);
  });
});

describe('parts of names', () => {
  it('scopes of TorchScript’s exporter', () => {
    assert.equal(torchScriptScope('/stages.0/stages.0.0/layers/layers.1/layers.1.0/Gemm'), 'stages.0.0.layers.1.0');
    assert.equal(torchScriptScope('/conv1/Conv'), 'conv1');
    assert.equal(torchScriptScope('/Relu'), '');
    assert.equal(torchScriptScope('Conv_0'), null);
  });

  it('scopes of TensorFlow', () => {
    assert.equal(tensorFlowScope('StatefulPartitionedCall/sequential/conv2d/BiasAdd__6')?.layer, 'conv2d');
    assert.equal(tensorFlowScope('model/dense/MatMul')?.layer, 'dense');
    assert.equal(tensorFlowScope('StatefulPartitionedCall_1/model/block/conv_1/Conv2D:0')?.layer, 'block/conv_1');
    assert.equal(tensorFlowScope('Relu6__5'), null);
  });

  it('modules of parameters', () => {
    assert.equal(moduleOfParameter('rnn.weight_ih_l0_reverse'), 'rnn');
    assert.equal(moduleOfParameter('attn.in_proj_weight'), 'attn');
    assert.equal(moduleOfParameter('val_12'), null);
    assert.equal(moduleOfParameter('Parameter193'), null);
  });

  it('Python lists', () => {
    assert.deepEqual(parsePythonList(`['', 'a', "it's", 'b\\'c']`), ['', 'a', "it's", "b'c"]);
    assert.deepEqual(parsePythonList('[]'), []);
    assert.equal(parsePythonList("['a' 'b']"), null);
    assert.equal(parsePythonList('None'), null);
  });

  it('a stack of the framework alone has no line of the user’s', () => {
    assert.deepEqual(
      framesOfTrace('  File "/x/site-packages/torch/nn/modules/conv.py", line 5, in forward\n    y'),
      [],
    );
    const windows = framesOfTrace('File "C:\\Users\\me\\torch\\net.py", line 12, in forward\n  x\n');
    assert.deepEqual(windows, [{ file: 'net.py', line: 12, code: 'x' }]);
  });
});

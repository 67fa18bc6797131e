import assert from 'node:assert/strict';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from '../probe/folder.js';
import { writeSmallNetwork } from './smallNetwork.js';

const sample = (name: string) => path.join(projectRoot, 'media', 'sample', name, `${name}.onnx`);

describe('onnxplain inspect', function () {
  this.timeout(20_000);
  const folder = testFolder();

  it('prints inputs, outputs and layers as JSON', async () => {
    const { model } = writeSmallNetwork(folder.path());
    const { code, stdout, stderr } = await onnxplain(['inspect', model, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    const layer = { source: null, unitAxis: 1 };
    assert.deepEqual(JSON.parse(stdout), {
      schema: 'onnxplain/1',
      inputs: [{ name: 'obs', type: 'float', shape: ['batch', 3] }],
      outputs: [{ name: 'out', type: 'float', shape: ['batch', 2] }],
      opset: 17,
      producer: 'by hand',
      parameters: 18 + 6 + 12,
      layers: [
        {
          ...layer,
          name: 'hidden',
          node: '/net/net.0/Gemm',
          op: 'Gemm',
          module: 'net.0',
          shape: ['batch', 6],
          units: 6,
          parameters: 24,
        },
        {
          ...layer,
          name: 'relu',
          node: '/net/net.1/Relu',
          op: 'Relu',
          module: 'net.1',
          shape: ['batch', 6],
          units: 6,
          parameters: 0,
        },
        {
          ...layer,
          name: 'out',
          node: '/net/net.2/MatMul',
          op: 'MatMul',
          module: 'net.2',
          shape: ['batch', 2],
          units: 2,
          parameters: 12,
        },
      ],
    });
  });

  it('prints a table, with the lines of the training code', async () => {
    const { code, stdout } = await onnxplain(['inspect', sample('fashion')]);
    assert.equal(code, 0);
    assert.match(stdout, /^input {3}\S+: float .* × 1 × 28 × 28$/m);
    assert.match(stdout, /^opset \d+, by pytorch .*, [\d,]+ parameters, \d+ layers$/m);
    assert.match(stdout, /^layer +node +operator +module +source +shape +units +parameters$/m);
    assert.match(stdout, /^relu_2 .* layer1\.relu2 +train\.py:\d+ +\S+ × 32 × 14 × 14 +32 +0$/m);
  });

  it('answers within a second', async () => {
    const { milliseconds } = await onnxplain(['inspect', sample('squeezenet'), '--json']);
    assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  });
});

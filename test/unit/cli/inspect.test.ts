import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
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

  it('a layer into which a batch norm was folded has its own line, where the code is near', async () => {
    const fixture = path.join(projectRoot, 'test/fixtures/code/folded');
    const lines = async (model: string) => {
      const { stdout } = await onnxplain(['inspect', model, '--json']);
      const { layers } = JSON.parse(stdout) as { layers: { module: string; source: { file: string; line: number } }[] };
      return layers.map(({ module, source }) => `${module} ${source.file}:${source.line}`);
    };
    const own = ['conv1 folded.py:16', 'null folded.py:18', 'fc folded.py:20'];
    assert.deepEqual(await lines(path.join(fixture, 'folded.onnx')), own);
    // The model's file itself knows the lines of the batch norms alone.
    const alone = ['conv1 folded.py:17', 'null folded.py:18', 'fc folded.py:22'];
    const model = path.join(folder.path(), 'folded.onnx');
    copyFileSync(path.join(fixture, 'folded.onnx'), model);
    assert.deepEqual(await lines(model), alone);
    // Lines are counted as the model counts, also after the code was edited; other code of that name is none.
    const code = path.join(folder.path(), 'folded.py');
    const text = readFileSync(path.join(fixture, 'folded.py'), 'utf8');
    writeFileSync(code, `# later\n# added\n${text}`);
    assert.deepEqual(await lines(model), own);
    for (const other of [
      '',
      '\0',
      'self.bn1(\n'.repeat(50),
      text.replaceAll('conv1', 'conv2').replaceAll('.fc', '.fc2'),
    ]) {
      writeFileSync(code, other);
      assert.deepEqual(await lines(model), alone);
    }
  });

  it('answers within a second', async () => {
    const { milliseconds } = await onnxplain(['inspect', sample('squeezenet'), '--json']);
    assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  });
});

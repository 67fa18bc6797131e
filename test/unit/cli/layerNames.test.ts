import assert from 'node:assert/strict';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { projectRoot } from '../../support/sharedData.js';

const fashion = path.join(projectRoot, 'media', 'sample', 'fashion', 'fashion.onnx');
const run = (...layers: string[]) =>
  onnxplain([
    'explain',
    fashion,
    '--limit',
    '4',
    '--units',
    '0',
    '--json',
    '-',
    '--quiet',
    ...layers.flatMap((name) => ['--layer', name]),
  ]);

describe('A layer on the command line', function () {
  this.timeout(20_000);

  it('is its tensor, its node or its module, and given twice is explained once', async () => {
    const { layers } = JSON.parse((await onnxplain(['inspect', fashion, '--json'])).stdout);
    const { name, node, module } = layers.find(({ name }: { name: string }) => name === 'relu_2');
    for (const names of [[name], [node], [module], [name, node, module]]) {
      const { stdout, stderr } = await run(...names);
      assert.equal(stderr, '');
      const explained = JSON.parse(stdout).layers;
      assert.deepEqual(
        explained.map((layer: { name: string; node: string; module: string }) => [
          layer.name,
          layer.node,
          layer.module,
        ]),
        [[name, node, module]],
      );
    }
  });

  it('is refused with the nearest names where nothing is called so', async () => {
    const { code, stderr } = await run('layer1.relu3');
    assert.equal(code, 1);
    assert.match(stderr, /^onnxplain: no layer is called "layer1\.relu3": did you mean .*"layer1\.relu2".*\?\n$/);
  });

  it('is refused with all that fit where several do', async () => {
    const { code, stderr } = await run('stem');
    assert.equal(code, 1);
    assert.match(stderr, /^onnxplain: "stem" fits \d+ layers: name one of .*"relu".*\n$/);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { readNpz } from '../../../src/engine/probe/npz.js';

const networks = ['residual', 'squeeze_excite', 'concatenating', 'vgg', 'vit', 'unet', 'lstm'];

/** Network → exporter → module → tensor. */
type Layers = Record<string, Record<string, Record<string, string>>>;
const tensors = JSON.parse(readFileSync(path.join(import.meta.dirname, 'layers.json'), 'utf8')) as Layers;

/** float32 sums in another order: what such networks differ by. */
const tolerance = 2e-5;

/** Greatest difference, as a share of the greatest value expected. */
function difference(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  assert.ok(largest > 0, 'nothing to compare with');
  return actual.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0) / largest;
}

describe('Gradients against PyTorch', () => {
  for (const network of networks) {
    for (const exporter of ['legacy', 'dynamo']) {
      it(`${network}, exported by ${exporter === 'legacy' ? 'torch.onnx of TorchScript' : 'torch.export'}`, async () => {
        const archive = path.join(import.meta.dirname, `${network}.npz`);
        const read = async (key: string) => {
          const { dims, data } = await readNpz(archive, key);
          return { type: 'float32' as const, dims, data: data as Float32Array };
        };
        const model = await readModel(path.join(import.meta.dirname, `${network}.${exporter}.onnx`));
        const layers = new Map(Object.entries(tensors[network][exporter]));
        const gradient = openGradient(
          model,
          { targets: ['output'], wrt: ['input', ...layers.values()] },
          { threads: 1 },
        );
        try {
          const { values, gradients } = await gradient.run(
            { input: await read('input') },
            { output: (await read('seed')).data },
          );
          const compare = async (found: unknown, key: string, what: string) => {
            const error = difference(found as Float32Array, (await read(key)).data);
            assert.ok(error <= tolerance, `${what} differs by ${error}`);
          };
          await compare(values.output.data, 'output', 'the output');
          for (const [module, layer] of layers) {
            await compare(values[layer].data, `activation.${module}`, `the activation of ${module}`);
            await compare(gradients[layer].data, `gradient.${module}`, `the gradient by ${module}`);
          }
          await compare(gradients.input.data, 'gradient', 'the gradient by the input');
        } finally {
          await gradient.release();
        }
      });
    }
  }
});

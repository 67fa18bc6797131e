import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ablate } from '../../../src/engine/effect/index.js';
import { findLayer, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { openProbe, readArray } from '../../../src/engine/probe/index.js';

interface Case {
  network: string;
  /** In PyTorch's newer exporter and its older one, where they differ. */
  layer: string;
  /** units × features */
  zero: number[][];
  mean: number[][];
  size: number[][];
}

const here = import.meta.dirname;
const cases = JSON.parse(readFileSync(path.join(here, 'ablation.json'), 'utf8')) as Case[];
const request = { units: null, output: null, probability: false, samples: null, labels: null, threads: 1 };

/** Greatest difference as a share of the greatest effect: behind a linear layer, the mean's own effects cancel out. */
function error(actual: Float32Array, expected: number[][], { size }: Case): number {
  const wanted = expected.flat();
  assert.equal(actual.length, wanted.length);
  return Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]))) / Math.max(...size.flat());
}

describe('Switching units off, against forward hooks in PyTorch', function () {
  this.timeout(60_000);
  for (const exporter of ['dynamo', 'torchscript'] as const) {
    for (const known of cases) {
      const name = known.layer.split('|').at(exporter === 'dynamo' ? 0 : -1)!;
      it(`${known.network}, ${name}, exported by ${exporter}`, async () => {
        const folder = path.join(here, '..', 'networks');
        const model = await readModel(path.join(folder, `${known.network}.${exporter}.onnx`));
        const data = `${path.join(folder, known.network)}.npz:input`;
        assert.equal((await readArray(data)).dims[0], 2);
        const probe = await openProbe({ kind: 'data', path: data }, model, { bundledFolder: '' });
        const layer = findLayer(structureOf(model), name);
        for (const mode of ['zero', 'mean'] as const) {
          const { outputs } = await ablate(model, probe, layer, { ...request, mode }, () => undefined, new AbortController().signal); // prettier-ignore
          assert.equal(outputs.length, 1);
          const [output] = outputs;
          assert.ok(
            error(output.effect, known[mode], known) < 2e-5,
            `${mode}: ${error(output.effect, known[mode], known)}`,
          );
          if (mode === 'zero') assert.ok(error(output.size, known.size, known) < 2e-5);
        }
      });
    }
  }
});

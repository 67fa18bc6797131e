import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { indexPython, linkCode, loadPython, placeAt } from '../../../src/source/index.js';
import { projectRoot } from '../../support/sharedData.js';

const sample = (name: string) => path.join(projectRoot, 'media/sample', name);

async function link(folder: string) {
  const file = sample(`${folder}/train.py`);
  const index = indexPython(readFileSync(file, 'utf8'));
  const structure = structureOf(await readModel(sample(`${folder}/${folder}.onnx`)));
  return { ...linkCode({ file, files: new Map([[file, index]]) }, structure), structure };
}

describe('the bundled sample and its training code', () => {
  before(loadPython);

  it('the policy: every layer is made and used in a line of its own', async () => {
    const { places, unmatched, structure } = await link('policy');
    assert.deepEqual(unmatched, []);
    const made = places.filter(({ kind }) => kind === 'definition');
    assert.deepEqual(
      made.map(({ text, line, certainty }) => [text, line, certainty]),
      [
        ['fc1', 29, 'exact'],
        ['act1', 30, 'exact'],
        ['fc2', 31, 'exact'],
        ['act2', 32, 'exact'],
        ['action', 33, 'exact'],
        ['value_fc1', 35, 'exact'],
        ['value_act1', 36, 'exact'],
        ['value_fc2', 37, 'exact'],
        ['value_act2', 38, 'exact'],
        ['value', 39, 'exact'],
      ],
    );
    for (const { module, source, name } of structure.layers) {
      const use = places.find((place) => place.kind === 'use' && place.layers.includes(module!));
      assert.deepEqual([use?.line, use?.tensors], [source?.line, [name]], module!);
    }
  });

  it('Fashion-MNIST: blocks, unnamed children of containers, and what was folded', async () => {
    const { places, unmatched } = await link('fashion');
    assert.deepEqual(unmatched, []);
    const at = (line: number, column: number) => placeAt(places, line, column);
    assert.deepEqual(at(32, 15)?.layers, ['layer1.conv1']);
    assert.deepEqual(at(33, 15)?.layers, ['layer1.bn1']);
    assert.deepEqual(at(33, 15)?.tensors, at(32, 15)?.tensors);
    assert.deepEqual([at(51, 16)?.text, at(51, 16)?.layers], ['nn.Conv2d', ['stem.0']]);
    assert.deepEqual([at(50, 14)?.text, at(50, 14)?.layers], ['stem', ['stem.0', 'stem.2']]);
    assert.equal(at(54, 16), null);
  });
});

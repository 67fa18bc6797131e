import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { definitionOfLayer } from '../../../../src/extension/code/definitionOfLayer.js';
import { readModel, structureOf } from '../../../../src/engine/onnx/index.js';
import { linkCode, loadPython } from '../../../../src/source/index.js';
import { codeFixture, programOf } from '../../source/program.js';

/** What test/fixtures/code/make.py saw PyTorch do: where each module of a network was made. */
interface Truth {
  places: Record<string, { file: string; line: number; column: number }>;
  exports: string[];
}

const truth = JSON.parse(readFileSync(codeFixture('truth.json'), 'utf8')) as Record<string, Truth>;

/** A module of PyTorch's own (`mha.out_proj`) has no line in this code: the module around it has. */
function placeOf(module: string, places: Truth['places']) {
  for (let at = module; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '')
    if (places[at]) return places[at];
  throw new Error(`${module} was made by nobody`);
}

describe('the place that Go to Code leads to', () => {
  before(loadPython);

  for (const [name, { places, exports }] of Object.entries(truth))
    it(`is where PyTorch saw each layer of ${name} made, by ${exports.length} exports`, async () => {
      const program = await programOf(codeFixture(`${name}.py`));
      const wrong: string[] = [];
      for (const exported of exports) {
        const structure = structureOf(await readModel(codeFixture(`${name}.${exported}.onnx`)));
        const { definitions } = linkCode(program, structure);
        const all = [...definitions].flatMap(([file, list]) => list.map((place) => ({ ...place, file })));
        for (const layer of structure.layers) {
          if (!layer.module) continue;
          const found = definitionOfLayer(all, layer);
          const wanted = placeOf(layer.module, places);
          const text = found && `${path.basename(found.file)}:${found.line}:${found.column}`;
          if (text !== `${wanted.file}:${wanted.line}:${wanted.column}`)
            wrong.push(`${exported} ${layer.module}: ${text}, not ${wanted.file}:${wanted.line}:${wanted.column}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
});

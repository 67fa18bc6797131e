import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { codeOfLayer } from '../../src/extension/goToCode.js';
import { closeAll, extension, folderOf, inWorkspace } from './window.js';

interface Place {
  file: string;
  line: number;
  column: number;
}

/** What test/fixtures/code/make.py saw PyTorch do: where each module of a network was made. */
type Truth = Record<string, { places: Record<string, Place> }>;

/** The path itself, or what it is inside of: a module of PyTorch's own has no line in this code. */
function placeOf(module: string, places: Record<string, Place>): Place {
  for (let at = module; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '')
    if (places[at]) return places[at];
  throw new Error(`${module} was made by nobody`);
}

describe('networks of nested blocks, containers and shared modules, from both of PyTorch’s exporters', () => {
  before(() =>
    cp(path.join(process.env.ONNXPLAIN_TEST_ROOT!, 'test/fixtures/code'), folderOf('networks'), { recursive: true }),
  );
  after(async () => {
    await closeAll();
    await vscode.workspace.fs.delete(inWorkspace('networks'), { recursive: true });
  });

  for (const name of ['nested', 'containers', 'shared', 'attention'])
    it(`every layer of ${name} has its hover where it was made, and Go to Code leads there`, async () => {
      const truth = JSON.parse(await readFile(folderOf('networks', 'truth.json'), 'utf8')) as Truth;
      const { places } = truth[name];
      // One of each exporter; the unit tests go through all eight.
      const exports = ['current', 'script'];
      const { links, models, knowledge } = (await extension().activate()).code;
      const main = await vscode.workspace.openTextDocument(inWorkspace('networks', `${name}.py`));
      await vscode.window.showTextDocument(main);
      let checked = 0;
      for (const exported of exports) {
        const model = folderOf('networks', `${name}.${exported}.onnx`);
        await models.choose(main.uri.fsPath, model);
        await links.refresh(main);
        const { structure } = (await knowledge.load(model))!;
        for (const layer of structure.layers) {
          if (!layer.module) continue;
          const at = placeOf(layer.module, places);
          const document = await vscode.workspace.openTextDocument(inWorkspace('networks', at.file));
          await links.refresh(document);
          const found = links.at(document, new vscode.Position(at.line - 1, at.column - 1));
          assert.equal(found?.known.model, model);
          assert.ok(found?.place.tensors.includes(layer.name), `${exported}: no hover for ${layer.module}`);
          const code = await codeOfLayer({ model, results: { structure } }, layer.name, links);
          const where = { file: path.basename(code.file), line: code.place.line, column: code.place.column };
          const { file, line, column } = at;
          assert.deepEqual(where, { file, line, column }, `${exported}: ${layer.module}`);
          checked += 1;
        }
      }
      assert.ok(checked >= exports.length * 3, `${checked} layers`);
      await models.choose(main.uri.fsPath, undefined);
    }).timeout(120_000);
});

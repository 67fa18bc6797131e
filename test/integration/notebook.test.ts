import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { codeOfLayer, goToCode } from '../../src/extension/goToCode.js';
import { closeAll, extension, folderOf, inWorkspace, until } from './window.js';

const fixtures = path.join(process.env.ONNXPLAIN_TEST_ROOT!, 'test/fixtures/code');

interface Place {
  line: number;
  column: number;
  text: string;
}

/** A notebook of the network with modules that are called twice: a text, then a cell for the imports and one for each class. */
async function writeNotebook(): Promise<string[]> {
  const code = (await readFile(path.join(fixtures, 'shared.py'), 'utf8')).split(/(?=^class )/m);
  const cell = (source: string) => ({ cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null });
  const cells = [{ cell_type: 'markdown', metadata: {}, source: '# Training' }, ...code.map(cell)];
  await mkdir(folderOf('notebook'), { recursive: true });
  await copyFile(path.join(fixtures, 'shared.script.onnx'), folderOf('notebook', 'shared.onnx'));
  const notebook = { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 };
  await writeFile(folderOf('notebook', 'training.ipynb'), JSON.stringify(notebook));
  return code;
}

describe('a notebook and its model', () => {
  let code: string[];
  before(async () => {
    await closeAll();
    code = await writeNotebook();
  });
  after(async () => {
    await closeAll();
    await vscode.workspace.fs.delete(inWorkspace('notebook'), { recursive: true });
  });

  /** A place of the file as one of the notebook: cells count from 1, the text being the first. */
  const inCell = ({ line, column, text }: Place) => {
    let before = 0;
    const at = code.findIndex((cell) => {
      const lines = cell.split('\n').length - 1;
      if (line <= before + lines) return true;
      before += lines;
      return false;
    });
    return { cell: at + 2, line: line - before, column, text };
  };

  it('every layer leads into its cell, where its line is marked, and its name has the hover', async () => {
    const { links, models, knowledge, highlight } = (await extension().activate()).code;
    const model = folderOf('notebook', 'shared.onnx');
    await until('the model among those of the workspace', () => models.models(folderOf('notebook', 'training.ipynb')));
    const { structure } = (await knowledge.load(model))!;
    const truth = JSON.parse(await readFile(path.join(fixtures, 'truth.json'), 'utf8')) as { shared: { places: Record<string, Place> } }; // prettier-ignore
    const made = structure.layers.filter(({ module }) => module && truth.shared.places[module]);
    assert.ok(made.length > 10);
    for (const layer of made) {
      const wanted = inCell(truth.shared.places[layer.module!]);
      // The first is looked for in a notebook that is not open yet.
      await goToCode({ model, results: { structure } }, layer.name, links);
      const { file, place } = await codeOfLayer({ model, results: { structure } }, layer.name, links);
      assert.equal(file, folderOf('notebook', 'training.ipynb'));
      assert.deepEqual(
        [place.cell, place.line, place.column],
        [wanted.cell, wanted.line, wanted.column],
        layer.module!,
      );

      const { notebook, selections } = vscode.window.activeNotebookEditor!;
      assert.deepEqual([notebook.uri.fsPath, selections[0].start], [file, wanted.cell - 1]);
      const { document } = notebook.cellAt(wanted.cell - 1);
      const editor = await until('the cell', () => vscode.window.visibleTextEditors.find((one) => one.document === document)); // prettier-ignore
      await until('the name selected', () => document.getText(editor.selection) === wanted.text);
      await links.refresh(document);
      highlight.show(model, layer.name);
      assert.deepEqual(highlight.lines(document), [wanted.line - 1]);
      const others = notebook.getCells().filter((cell) => cell.document !== document);
      assert.deepEqual(others.flatMap((cell) => highlight.lines(cell.document)), []); // prettier-ignore
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, editor.selection.active); // prettier-ignore
      const says = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]).map(({ value }) => value).join(); // prettier-ignore
      assert.ok(says.includes(encodeURIComponent(`"layer":${JSON.stringify(layer.name)}`)), `${layer.module}: ${says}`);
    }
    highlight.show(model, null);
  }).timeout(120_000);
});

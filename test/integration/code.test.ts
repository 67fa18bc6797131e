import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { goToCode } from '../../src/extension/goToCode.js';
import { closeAll, explain, inWorkspace, until } from './window.js';

describe('Go to Code', () => {
  after(closeAll);

  it('opens the training code at a layer', async () => {
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    await session.open();
    const layer = session.results.structure!.layers.find(({ module }) => module !== null);
    assert.ok(layer, 'the sample names its modules');
    await goToCode(session, layer.name);
    const editor = await until('the code', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.fsPath, inWorkspace('policy', 'train.py').fsPath);
    const shown = editor.document.getText(editor.selection);
    assert.ok(layer.module!.split('.').includes(shown) || shown.toLowerCase() === layer.op.toLowerCase(), shown);
  });

  it('says so when no code makes the layer', async () => {
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    await assert.rejects(goToCode(session, 'no such layer'), /no such layer/);
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { explain, inWorkspace, reach } from './window.js';

describe('in Restricted Mode', () => {
  it('a model’s structure is shown and nothing is run', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    await reach(session, 'restricted');
    assert.ok(session.results.structure!.layers.length > 2);
    await session.explain();
    await session.explainIfNeeded();
    assert.equal(session.status.state, 'restricted');
    assert.equal(session.results.layers.size, 0);
    assert.equal(session.results.probe, null);
  });

  it('assistants read a model’s layers and run nothing', async () => {
    const input = { model: inWorkspace('policy', 'policy.onnx').fsPath };
    const invoke = (tool: string) => vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
    assert.equal((await invoke('list_onnx_layers')).content.length, 1);
    await assert.rejects(async () => invoke('explain_onnx_neurons'), /Restricted Mode/);
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, folderOf, inWorkspace } from './window.js';

type Answer = Record<string, unknown> & { layers: Record<string, unknown>[]; neurons: Record<string, unknown>[] };

async function ask(tool: string, input: object, token?: vscode.CancellationToken): Promise<Answer> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }, token);
  return JSON.parse((content[0] as vscode.LanguageModelTextPart).value) as Answer;
}

describe('tools for assistants', () => {
  after(closeAll);

  it('list the layers of a model', async () => {
    const answer = await ask('list_onnx_layers', { model: folderOf('policy', 'policy.onnx') });
    assert.ok(answer.layers.some(({ module }) => module === 'fc1'));
  });

  it('explain neurons, and say what the labels are worth', async () => {
    const answer = await ask('explain_onnx_neurons', {
      model: folderOf('policy', 'policy.onnx'),
      layer: 'act2',
      limit: 3,
    });
    assert.equal(answer.neurons.length, 3);
    const [best] = answer.neurons as { label: string; iou: number; chance: number }[];
    assert.ok(best.label.length > 3 && best.iou > best.chance);
  });

  it('say what is wrong and what there is', async () => {
    await assert.rejects(ask('list_onnx_layers', { model: 'no.onnx' }), /policy\.onnx/);
    await assert.rejects(
      ask('explain_onnx_neurons', { model: inWorkspace('policy', 'policy.onnx').fsPath, layer: 'conv9' }),
      /conv9.*act2/s,
    );
  });
});

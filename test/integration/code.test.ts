import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { goToCode } from '../../src/extension/goToCode.js';
import type { ModelSession } from '../../src/extension/session.js';
import { closeAll, explain, extension, folderOf, inWorkspace, reach, until } from './window.js';

const code = async () => (await extension().activate()).code;

/** The text of a hover at the first place of a text in a document, Onnxplain's part alone; empty where there is none. */
async function hover(document: vscode.TextDocument, text: string, offset = 0): Promise<string> {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  return hoverAt(document, document.positionAt(at + offset));
}

async function hoverAt({ uri }: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  const contents = found.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
  return contents.map(({ value }) => value).filter((value) => value.includes('onnxplain.')).join(); // prettier-ignore
}

async function open(...parts: string[]): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(inWorkspace(...parts));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
  await (await code()).links.refresh(document);
  return document;
}

/** Goes to a layer's code and returns the line that is selected there, with what is selected marked. */
async function lineOf(session: ModelSession, tensor: string): Promise<string> {
  await goToCode(session, tensor, (await code()).links);
  const editor = vscode.window.activeTextEditor!;
  const { start, end } = editor.selection;
  const { text } = editor.document.lineAt(start.line);
  return `${text.slice(0, start.character).trimStart()}⟦${text.slice(start.character, end.character)}⟧${text.slice(end.character)}`;
}

/** Each layer of the sample's models by its tensor, and how the line begins that makes it. */
const policy: Record<string, string> = Object.fromEntries(
  Object.entries({
    ...{ linear: 'fc1', relu: 'act1', linear_1: 'fc2', relu_1: 'act2', action_logits: 'action' },
    ...{ linear_3: 'value_fc1', relu_2: 'value_act1', linear_4: 'value_fc2', relu_3: 'value_act2', linear_5: 'value' },
  }).map(([tensor, name]) => [tensor, `self.⟦${name}⟧ = nn.`]),
);
const fashion: Record<string, string> = {
  getitem: '⟦nn.Conv2d⟧(1, 32, 3',
  relu: '⟦nn.ReLU⟧()',
  getitem_3: 'self.⟦conv1⟧ = nn.Conv2d(channels',
  relu_1: 'self.⟦relu1⟧ = nn.ReLU()',
  getitem_6: 'self.⟦conv2⟧ = nn.Conv2d(channels',
  add: 'self.⟦layer1⟧ = Block(32)',
  relu_2: 'self.⟦relu2⟧ = nn.ReLU()',
  getitem_9: '⟦nn.Conv2d⟧(32, 64, 3',
  relu_3: '⟦nn.ReLU⟧()',
  getitem_12: '⟦nn.Conv2d⟧(64, 64, 3',
  relu_4: '⟦nn.ReLU⟧()',
  logits: 'self.⟦head⟧ = nn.Linear(64, 10)',
};

describe('training code and its model', () => {
  after(closeAll);

  for (const [name, lines] of Object.entries({ policy, fashion }))
    it(`every layer of ${name}.onnx leads to the line that makes it, and that line’s hover to the layer`, async () => {
      const session = await explain(inWorkspace(name, `${name}.onnx`));
      await reach(session, 'done');
      const document = await open(name, 'train.py');
      const { layers } = session.results.structure!;
      assert.deepEqual(layers.map((layer) => layer.name).sort(), Object.keys(lines).sort());
      for (const layer of layers) {
        const line = await lineOf(session, layer.name);
        assert.ok(line.startsWith(lines[layer.name]), `${layer.name}: ${line}`);
        const text = await hoverAt(document, vscode.window.activeTextEditor!.selection.start);
        assert.ok(text.includes(encodeURIComponent(`"layer":"${layer.name}"`)), `${layer.name}: ${text}`);
        assert.ok(text.includes(layer.op), text);
      }
    }).timeout(120_000);

  it('a hover says operator, shape, neurons, labels with their worth and how the activations lie', async () => {
    const document = await open('policy', 'train.py');
    const text = await hover(document, 'fc1 = nn', 1);
    assert.match(text, /^\*\*fc1\*\* · Gemm · 64 neurons · .*64 · 320 parameters/);
    assert.match(text, /Behind act1: 64 neurons, (\d+ [a-z ]+, )*\d+ labelled/);
    assert.match(text, /IoU 0\.\d\d \(chance 0\.\d\d\)/);
    assert.match(text, /!\[Activations from .*\]\(data:image\/svg\+xml;base64,/);
    assert.match(text, /matched to policy\\\.onnx$/);
    assert.match(await hover(document, 'fc1(state)', 1), /^\*\*fc1\*\*/, 'where it is used too');
  });

  it('says nothing on everything else', async () => {
    const document = await open('policy', 'train.py');
    for (const text of ['import csv', 'class Policy', 'Trains a CartPole', 'def forward', 'orthogonal_', 'torch.optim'])
      assert.equal(await hover(document, text, 2), '', text);
  });

  it('follows edits', async () => {
    const document = await open('policy', 'train.py');
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    const before = document.getText();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '# one line\n# and another\n'.repeat(30));
    edit.replace(document.uri, rangeOf(document, 'self.act2 = nn.ReLU()'), 'self.act2   =   nn.ReLU(inplace=');
    await vscode.workspace.applyEdit(edit);
    try {
      assert.match(await lineOf(session, 'linear_4'), /^self\.⟦value_fc2⟧ = /);
      assert.match(await lineOf(session, 'relu_1'), /^self\.⟦act2⟧ {3}=/, 'half-typed code too');
      assert.match(await hover(document, 'fc2 = nn', 1), /^\*\*fc2\*\*/);
    } finally {
      const undone = new vscode.WorkspaceEdit();
      undone.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), before);
      await vscode.workspace.applyEdit(undone);
      await document.save();
    }
  });

  /** Onnxplain's lenses of a document, and the lines that they stand above. */
  async function lensesOf(document: vscode.TextDocument) {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri); // prettier-ignore
    const lenses = found.filter(({ command }) => command?.command.startsWith('onnxplain.'));
    return { lenses, above: lenses.map(({ range }) => document.lineAt(range.start.line).text.trim()) };
  }

  it('a lens above the class and the export call sums the neurons up', async () => {
    const { lenses, above } = await lensesOf(await open('policy', 'train.py'));
    assert.equal(above[0], 'class Policy(nn.Module):');
    assert.ok(
      above.slice(1).some((line) => /export/.test(line)),
      above.join('\n'),
    );
    // Two hidden layers of 64 on each side, before and behind their ReLU.
    assert.match(lenses[0].command!.title, /^\d+ neurons, (\d+ [a-z ]+, )*\d+ labelled/);
  });

  it('lenses stand above every layer where the settings want that, once where an activation stands for the layer before it', async () => {
    const document = await open('policy', 'train.py');
    const settings = vscode.workspace.getConfiguration('onnxplain');
    await settings.update('code.lens', 'layers', vscode.ConfigurationTarget.Workspace);
    try {
      const { above } = await lensesOf(document);
      const layers = above.filter((line) => line.startsWith('self.')).map((line) => line.split(' ')[0]);
      assert.deepEqual(layers, ['act1', 'act2', 'action', 'value_act1', 'value_act2', 'value'].map((name) => `self.${name}`)); // prettier-ignore
    } finally {
      await settings.update('code.lens', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('shapes stand behind the layers where the settings want that', async () => {
    const document = await open('fashion', 'train.py');
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = () => vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole); // prettier-ignore
    assert.deepEqual(await hints(), []);
    const settings = vscode.workspace.getConfiguration('onnxplain');
    await settings.update('code.shapes', true, vscode.ConfigurationTarget.Workspace);
    try {
      const shown = (await hints()).map(({ label, position }) => `${document.lineAt(position.line).text.trim()} ${String(label)}`); // prettier-ignore
      assert.ok(
        shown.some((hint) => /^self\.head = .* : \S+ × 10$/.test(hint)),
        shown.join('\n'),
      );
      assert.ok(
        shown.some((hint) => /^self\.conv1 = .*: \S+ × 32 × 14 × 14$/.test(hint)),
        shown.join('\n'),
      );
    } finally {
      await settings.update('code.shapes', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('points out layers with many silent neurons, and offers a way on', async () => {
    const document = await open('policy', 'train.py');
    const settings = vscode.workspace.getConfiguration('onnxplain');
    const found = () => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Onnxplain');
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    const silent = session.layers().filter((layer) => layer.silent > 0);
    assert.ok(silent.length > 0, 'the sample’s policy has dead neurons');
    await settings.update('code.silentShare', 0, vscode.ConfigurationTarget.Workspace);
    try {
      const shown = await until('a finding', () => found().find(({ code }) => code === 'silent'));
      assert.equal(shown.severity, vscode.DiagnosticSeverity.Information);
      assert.match(shown.message, /\d+ dead .*of 64 neurons \(\d+ %\)/);
      assert.match(document.lineAt(shown.range.start.line).text, /self\.\w+ = nn\./);
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, shown.range, 'quickfix'); // prettier-ignore
      assert.ok(actions.some(({ title }) => title === 'Show in Onnxplain'));
      await settings.update('code.findings', false, vscode.ConfigurationTarget.Workspace);
      await until('no finding', () => found().length === 0);
    } finally {
      await settings.update('code.silentShare', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('code.findings', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('Show in Onnxplain opens the panel at the layer of the cursor', async () => {
    const document = await open('policy', 'train.py');
    const editor = vscode.window.activeTextEditor!;
    const { start } = rangeOf(document, 'value_act1 = nn');
    editor.selection = new vscode.Selection(start, start);
    await vscode.commands.executeCommand('onnxplain.showLayer');
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    assert.equal(session.view.layer, 'relu_2');
  });

  it('a layer that is selected in the panel marks its line', async () => {
    const document = await open('policy', 'train.py');
    const { highlight } = await code();
    highlight.show(inWorkspace('policy', 'policy.onnx').fsPath, 'linear_1');
    assert.deepEqual(highlight.lines(document), [rangeOf(document, 'self.fc2 = ').start.line]);
    highlight.show(inWorkspace('policy', 'policy.onnx').fsPath, null);
    assert.deepEqual(highlight.lines(document), []);
  });

  it('the user’s choice of a model holds, none is one too', async () => {
    const document = await open('policy', 'train.py');
    const { models, links } = await code();
    try {
      assert.equal(links.linked(document)?.choice.reason, 'source lines');
      await models.choose(document.uri.fsPath, null);
      await links.refresh(document);
      assert.equal(await hover(document, 'fc1 = nn', 1), '');
      await models.choose(document.uri.fsPath, inWorkspace('policy', 'policy.onnx').fsPath);
      await links.refresh(document);
      assert.equal(links.linked(document)?.choice.reason, 'chosen');
    } finally {
      await models.choose(document.uri.fsPath, undefined);
    }
  });

  it('stays tied to its model while models come and go', async () => {
    const document = await open('policy', 'train.py');
    const { models, links } = await code();
    for (let turns = 0; turns < 40; turns++) {
      await models.choose(document.uri.fsPath, undefined);
      const linked = links.refresh(document);
      // Some way into that the models change once more.
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      await models.choose(document.uri.fsPath, undefined);
      assert.ok(await linked, `changed after ${turns} turns`);
      assert.match(await hover(document, 'fc1 = nn', 1), /^\*\*fc1\*\*/, `changed after ${turns} turns`);
    }
  });

  it('cells of a notebook are code too', async () => {
    const source = (await vscode.workspace.openTextDocument(inWorkspace('policy', 'train.py'))).getText();
    const cells = [['# Training'], ['import torch\n', 'from torch import nn\n'], source.split(/(?<=\n)/)];
    const notebook = {
      cells: cells.map((lines, i) => ({ cell_type: i === 0 ? 'markdown' : 'code', metadata: {}, source: lines, ...(i === 0 ? {} : { outputs: [], execution_count: null }) })),
      metadata: { language_info: { name: 'python' } },
      nbformat: 4,
      nbformat_minor: 5,
    }; // prettier-ignore
    await writeFile(folderOf('policy', 'train.ipynb'), JSON.stringify(notebook));
    const opened = await vscode.workspace.openNotebookDocument(inWorkspace('policy', 'train.ipynb'));
    await vscode.window.showNotebookDocument(opened);
    const { document } = opened.cellAt(2);
    await (await code()).links.refresh(document);
    assert.match(await hover(document, 'fc1 = nn', 1), /^\*\*fc1\*\*/);
    await vscode.workspace.fs.delete(inWorkspace('policy', 'train.ipynb'));
  });

  it('torn, huge and binary files are harmless', async () => {
    const torn = '\u{1F600}class (((\n\t"""self.fc1 = nn.Linear(\n'.repeat(2000);
    for (const [name, text] of Object.entries({ 'torn.py': torn, 'deep.py': '('.repeat(50_000), 'empty.py': '' })) {
      await writeFile(folderOf('policy', name), text);
      const started = Date.now();
      const document = await open('policy', name);
      assert.equal(await hoverAt(document, new vscode.Position(0, 0)), '');
      assert.ok(Date.now() - started < 5000, `${name}: ${Date.now() - started} ms`);
      await vscode.workspace.fs.delete(document.uri);
    }
  });

  it('says so when no code makes the layer', async () => {
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    await assert.rejects(goToCode(session, 'no such layer', (await code()).links), /no such layer/);
  });
});

function rangeOf(document: vscode.TextDocument, text: string): vscode.Range {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  return new vscode.Range(document.positionAt(at), document.positionAt(at + text.length));
}

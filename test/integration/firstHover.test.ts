import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { longCode } from '../support/longCode.js';
import { closeAll, extension, folderOf, inWorkspace, say } from './window.js';

/** Milliseconds, the first two from the call that opens a file. */
interface Waits {
  opened: number;
  answered: number;
  /** What is Onnxplain's: from the text's arrival until all places in it are known. */
  own: number;
  /** Processor time of the extension host: what one waits for where nothing else runs, and what is compiled beside that. */
  processor: number;
}

/** Opens a file and hovers where a text stands in it. */
async function openAndHover(open: () => Thenable<vscode.TextDocument>, text: string): Promise<Waits> {
  const { links } = (await extension().activate()).code;
  let [arrived, known] = [0, 0];
  const listeners = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(() => (arrived = performance.now())),
    links.onDidChange(() => (known ||= performance.now())),
  );
  const [started, used] = [performance.now(), process.cpuUsage()];
  const document = await open();
  const opened = performance.now() - started;
  const position = document.positionAt(document.getText().indexOf(text));
  assert.match(await hoverText(document.uri, position), /^\*\*fc1\*\* · Gemm · 64 neurons/);
  const answered = performance.now() - started;
  const { user, system } = process.cpuUsage(used);
  listeners.dispose();
  return { opened, answered, own: known - arrived, processor: (user + system) / 1000 };
}

const numbers = (waits: Waits[], time: (of: Waits) => number) => waits.map((of) => time(of).toFixed(0)).join(', ');

/** How long one waited, from the call and from what VS Code does itself. */
const report = (waits: Waits[]) =>
  `${numbers(waits, ({ answered }) => answered)} ms (${numbers(waits, ({ opened }) => opened)} to open, ` +
  `${numbers(waits, ({ opened, answered }) => answered - opened)} to answer; ` +
  `places known ${numbers(waits, ({ own }) => own)} after the text; processor ${numbers(waits, ({ processor }) => processor)})`;

async function hoverText(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  return found.flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value)).join();
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** How long one waits is printed: a busy machine is no failure. `bench/README.md` has the numbers of a quiet one. */
describe('hovers on a file of 5,000 lines', () => {
  // A model and files of their own: these stay open in the background.
  const names = ['first', 'second', 'third', 'fourth'];
  const shown = ['fifth', 'sixth', 'seventh', 'eighth'];

  before(async () => {
    await mkdir(folderOf('long'));
    await copyFile(folderOf('policy', 'policy.onnx'), folderOf('long', 'long.onnx'));
    const code = longCode(await readFile(folderOf('policy', 'train.py'), 'utf8'), 5000);
    for (const name of [...names, ...shown])
      await writeFile(folderOf('long', `${name}.py`), `${code.replaceAll('policy.onnx', 'long.onnx')}# ${name}\n`);
  });
  after(async () => {
    await closeAll();
    await rm(folderOf('long'), { recursive: true });
  });

  it('the first of each file, and later ones', async () => {
    const { links, models } = (await extension().activate()).code;
    const isListed = async () => (await models.models(folderOf('long'))).includes(folderOf('long', 'long.onnx'));
    for (const end = Date.now() + 30_000; !(await isListed()) && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await links.getReady();

    const file = (name: string) => inWorkspace('long', `${name}.py`);
    const firsts: Waits[] = [];
    for (const name of names)
      firsts.push(await openAndHover(() => vscode.workspace.openTextDocument(file(name)), 'fc1 = nn'));
    const uri = file(names[0]);
    const document = await vscode.workspace.openTextDocument(uri);
    const position = document.positionAt(document.getText().indexOf('fc1 = nn'));
    const later: number[] = [];
    for (let i = 0; i < 50; i++) {
      const started = performance.now();
      await hoverText(uri, position);
      later.push(performance.now() - started);
    }
    const inEditors: Waits[] = [];
    for (const name of shown) {
      const open = async () => (await vscode.window.showTextDocument(file(name))).document;
      inEditors.push(await openAndHover(open, 'fc1 = nn'));
    }
    say(`${document.lineCount} lines: first hovers after ${report(firsts)}`);
    say(`others, in an editor that is drawn first, after ${report(inEditors)}`);
    say(`later ones after ${median(later).toFixed(1)} ms, at most ${Math.max(...later).toFixed(1)} ms`);
    // Looked up, not tied again.
    assert.ok(median(later) < Math.min(...firsts.map(({ opened, answered }) => answered - opened)));
  });
});

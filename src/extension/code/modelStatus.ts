import path from 'node:path';
import * as vscode from 'vscode';
import { codeFileOf, type CodeFile } from './codeFile.js';
import type { CodeLinks } from './codeLinks.js';
import type { ModelChoice, ModelOfFile } from './modelOfFile.js';

const reasons: Record<ModelChoice['reason'], string> = {
  chosen: 'chosen by you',
  'source lines': 'the model holds lines of this file',
  imported: 'a file that imports this one is matched to it',
  'export call': 'the code names it',
  folder: 'it lies in the same folder',
};

/** The language status of training code: which model it is matched to, and the way to another one. */
export class ModelStatus implements vscode.Disposable {
  #item: vscode.LanguageStatusItem | null = null;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly links: CodeLinks) {
    this.#subscriptions = [
      links.onDidChange(() => this.#update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#update()),
    ];
    this.#update();
  }

  dispose(): void {
    this.#item?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const linked = document ? this.links.linked(document) : null;
    this.#item?.dispose();
    this.#item = null;
    if (!document || !linked) return;
    const { scheme, fsPath } = document.uri;
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(fsPath)), path.basename(fsPath));
    // One item, for the file at hand: a name with brackets in it is no pattern, nor is a cell's.
    const isPlain = scheme === 'file' && !/[[\]{}*?]/.test(fsPath);
    const selector: vscode.DocumentFilter = isPlain ? { scheme, pattern } : { scheme };
    const item = vscode.languages.createLanguageStatusItem('onnxplain.model', { language: 'python', ...selector });
    const { model, reason } = linked.choice;
    item.name = 'Onnxplain';
    item.text = `matched to ${path.basename(model)}`;
    item.detail = reasons[reason];
    item.command = { title: 'Change', command: 'onnxplain.chooseModel', tooltip: 'Match this code to another model' };
    this.#item = item;
  }
}

interface Item extends vscode.QuickPickItem {
  /** Null: none; undefined: what the files say. */
  model?: string | null;
  browse?: true;
}

/** Asks which model the code of the active editor belongs to, and remembers it. */
export async function chooseModel(models: ModelOfFile, links: CodeLinks): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const file = document ? codeFileOf(document) : null;
  if (!document || !file) {
    void vscode.window.showInformationMessage('Open the training code first: a Python file or a notebook on disk.');
    return;
  }
  const chosen = await ask(file, models, links.linked(document)?.choice.model ?? null);
  if (chosen === 'cancelled') return;
  await models.choose(file.path, chosen);
  await links.refresh(document);
}

async function ask(
  file: CodeFile,
  models: ModelOfFile,
  current: string | null,
): Promise<string | null | undefined | 'cancelled'> {
  const near = await models.models(file.path);
  const items: Item[] = [
    ...near.slice(0, 100).map((model) => ({
      label: path.basename(model),
      description: `${vscode.workspace.asRelativePath(path.dirname(model))}${model === current ? ' · matched now' : ''}`,
      model,
    })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: '$(search) As the files say',
      description: 'source lines, export calls, the same folder',
      model: undefined,
    },
    { label: '$(circle-slash) None', description: 'this code belongs to no model', model: null },
    { label: '$(folder-opened) Browse…', browse: true },
  ];
  const placeHolder = `Which model does ${path.basename(file.path)} make?`;
  const item = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  if (!item) return 'cancelled';
  if (!item.browse) return item.model;
  const found = await vscode.window.showOpenDialog({
    filters: { 'ONNX models': ['onnx'] },
    openLabel: 'Match to Code',
  });
  return found?.[0].fsPath ?? 'cancelled';
}

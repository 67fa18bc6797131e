import path from 'node:path';
import * as vscode from 'vscode';
import { openPanel } from '../openPanel.js';

/** Copies the bundled sample to where it can be written, and shows its policy beside the code that trained it. */
export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const here = {
    label: '$(beaker) Open Here',
    detail: 'A copy in the extension’s own storage: models, their data and the code that trained them',
    copy: false,
  };
  const folder = { label: '$(folder) Copy to a Folder…', detail: 'To keep it and change it', copy: true };
  const choice = await vscode.window.showQuickPick([here, folder], {
    placeHolder: 'Where should the sample be opened?',
  });
  if (!choice) return;
  let parent = context.globalStorageUri;
  if (choice.copy) {
    const chosen = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: 'Copy Sample Here',
    });
    if (!chosen) return;
    parent = chosen[0];
  }
  await showSample(await copySample(context.extensionUri, parent));
}

/** The copy's folder. One that is there already is kept as it is: the user may have changed it. */
export async function copySample(extension: vscode.Uri, parent: vscode.Uri): Promise<vscode.Uri> {
  const target = vscode.Uri.joinPath(parent, 'onnxplain-sample');
  const there = await vscode.workspace.fs.stat(target).then(
    () => true,
    () => false,
  );
  if (!there) {
    // In two steps, so that a copy that was interrupted does not pass for a whole one.
    const partial = vscode.Uri.joinPath(parent, `onnxplain-sample.${process.pid}.part`);
    await vscode.workspace.fs.createDirectory(parent);
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(extension, 'media', 'sample'), partial, { overwrite: true });
    await vscode.workspace.fs.rename(partial, target);
  }
  return target;
}

async function showSample(sample: vscode.Uri): Promise<void> {
  const policy = vscode.Uri.joinPath(sample, 'policy', 'policy.onnx');
  const code = vscode.Uri.file(path.join(path.dirname(policy.fsPath), 'train.py'));
  await vscode.window.showTextDocument(code, { viewColumn: vscode.ViewColumn.One, preview: false });
  await openPanel(policy);
}

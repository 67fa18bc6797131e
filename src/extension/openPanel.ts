import * as vscode from 'vscode';
import { modelViewType } from './modelEditor.js';

/** Shows a model's panel: where it is open already, otherwise beside the code that is being edited. */
export async function openPanel(model: vscode.Uri): Promise<void> {
  const viewColumn =
    openIn(model) ?? (vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active);
  await vscode.commands.executeCommand('vscode.openWith', model, modelViewType, { viewColumn, preview: false });
}

function openIn(model: vscode.Uri): vscode.ViewColumn | undefined {
  return vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(
      ({ input }) =>
        input instanceof vscode.TabInputCustom &&
        input.viewType === modelViewType &&
        input.uri.toString() === model.toString(),
    ),
  )?.viewColumn;
}

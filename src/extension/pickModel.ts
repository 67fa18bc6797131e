import path from 'node:path';
import * as vscode from 'vscode';
import { modelViewType } from './modelEditor.js';
import type { Sessions } from './sessions.js';
import { workspaceFiles } from './workspaceFiles.js';

/** The model that a command is about: the one it was called on, the one whose panel is active, or the user's choice. */
export async function modelFor(uri: vscode.Uri | undefined): Promise<vscode.Uri | null> {
  return uri ?? activeModel() ?? pickModel();
}

export function activeModel(): vscode.Uri | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === modelViewType ? input.uri : null;
}

/** Models that are open, then those of the workspace. */
export async function knownModels(sessions: Sessions): Promise<vscode.Uri[]> {
  const open = sessions.all().map(({ model }) => vscode.Uri.file(model));
  return [...new Map([...open, ...(await workspaceModels())].map((uri) => [uri.fsPath, uri])).values()];
}

export async function pickModel(models?: vscode.Uri[]): Promise<vscode.Uri | null> {
  const found = models ?? (await workspaceModels());
  if (found.length === 0) return browse();
  const items = found.map((uri) => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
    uri,
  }));
  const other = { label: '$(folder-opened) Browse…', description: '', uri: null };
  const chosen = await vscode.window.showQuickPick([...items, other], { placeHolder: 'Which model?' });
  return chosen ? (chosen.uri ?? browse()) : null;
}

const workspaceModels = async (): Promise<vscode.Uri[]> =>
  (await workspaceFiles('onnx')).sort((a, b) => a.fsPath.localeCompare(b.fsPath));

async function browse(): Promise<vscode.Uri | null> {
  const chosen = await vscode.window.showOpenDialog({
    filters: { 'ONNX models': ['onnx'] },
    openLabel: 'Open Model',
  });
  return chosen?.[0] ?? null;
}

import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../shared/userError.js';
import { activeModel } from '../pickModel.js';
import type { ModelSession } from '../session.js';
import type { Sessions } from '../sessions.js';

export async function exportReportOf(sessions: Sessions, uri: vscode.Uri | undefined): Promise<void> {
  const model = uri ?? activeModel();
  const session = (model && sessions.find(model)) ?? (await pickExplained(sessions));
  if (session) await exportReport(session);
}

/** Asks for a folder and writes the report there; null where the user cancels. */
export async function exportReport(session: ModelSession): Promise<{ file: string } | null> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    defaultUri: vscode.Uri.file(path.dirname(session.model)),
    openLabel: 'Write Report Here',
    title: `Report on ${session.name}`,
  });
  if (!chosen) return null;
  const report = await session.report(chosen[0].fsPath);
  void offerToOpen(report.file);
  return report;
}

async function offerToOpen(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  // A browser on the user's machine can't read a file of a remote one.
  const remote = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  const open = remote ? 'Show in Explorer' : 'Open Report';
  if ((await vscode.window.showInformationMessage(`The report was written to ${file}`, open)) !== open) return;
  if (remote) await vscode.commands.executeCommand('revealInExplorer', uri);
  else await vscode.env.openExternal(uri);
}

async function pickExplained(sessions: Sessions): Promise<ModelSession | null> {
  const explained = sessions.all().filter(({ results }) => results.layers.size > 0);
  if (explained.length === 0)
    throw new UserError('No model that is open has been explained', { hint: 'run Explain Neurons on one first' });
  if (explained.length === 1) return explained[0];
  const items = explained.map((session) => ({
    label: session.name,
    description: vscode.workspace.asRelativePath(path.dirname(session.model)),
    session,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Report on which model?' }))?.session ?? null;
}

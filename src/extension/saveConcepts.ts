import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConceptDraft } from '../shared/concepts.js';
import { UserError } from '../shared/userError.js';
import type { ChosenProbes } from './chosenProbes.js';
import { freeName } from './freeName.js';
import type { ModelSession } from './session.js';
import { probeAt } from './userSettings.js';

/**
 * Puts a draft of concepts into the model's probe file, through VS Code, so that its Undo takes it back there; where there is
 * none, into a new one beside the model, which is the model's probe set from then on.
 */
export async function saveConcepts(
  session: ModelSession,
  probes: ChosenProbes,
  draft: ConceptDraft[],
): Promise<{ path: string; notes: string[] }> {
  const choice = session.queries.probe();
  const open = choice.kind === 'file' ? openDocument(choice.path) : undefined;
  if (open?.isDirty) {
    throw new UserError(`${path.basename(open.fileName)} has changes that are not saved`, {
      hint: 'save or revert them first',
      code: 'panel/unsaved',
    });
  }
  const target = await freeName(session.model.replace(/\.onnx$/i, ''), '.probe.json');
  const { text, data, notes, file } = await session.queries.conceptFile(draft, target);
  if (data) await writeFile(data.path, data.bytes);
  if (file === null) await writeFile(target, text);
  else {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
    await document.save();
  }
  const saved = file ?? target;
  await probes.set(session.model, probeAt(saved));
  return { path: saved, notes };
}

const openDocument = (file: string): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path.normalize(file));

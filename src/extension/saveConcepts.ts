import { access, constants, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConceptDraft } from '../shared/concepts.js';
import { UserError } from '../shared/userError.js';
import type { ChosenProbes } from './chosenProbes.js';
import { freeName } from './freeName.js';
import type { ModelSession } from './session.js';
import { changedPart } from './changedPart.js';
import { probeAt } from './userSettings.js';
import { unwritable, writeNewFile } from './writeNewFile.js';

/** Drawn samples are saved beside the new probe file under one of these. */
const dataEndings = ['.states.npy', '.images.npy', '.arrays.npy'];
/** Someone who types all the time is asked to pause. */
const mostTries = 3;

interface Saved {
  path: string;
  notes: string[];
}

/**
 * Puts a draft of concepts into the model's probe file, as one edit of its document, so that one Undo takes it back; where there
 * is none, into a new one beside the model, which is the model's probe set from then on. What is not saved yet in an open
 * editor is kept, and saved with it.
 *
 * @throws UserError where the file can't be read or written; nothing is changed then
 */
export async function saveConcepts(session: ModelSession, probes: ChosenProbes, draft: ConceptDraft[]): Promise<Saved> {
  const saved = await saveDraft(session, draft);
  await probes.set(session.model, probeAt(saved.path));
  return saved;
}

async function saveDraft(session: ModelSession, draft: ConceptDraft[]): Promise<Saved> {
  const choice = session.queries.probe();
  for (let tries = 0; tries < mostTries; tries++) {
    const open = choice.kind === 'file' ? openDocument(choice.path) : undefined;
    const before = open?.getText();
    const target = await freeName(session.model.replace(/\.onnx$/i, ''), '.probe.json', dataEndings);
    const { text, data, notes, file } = await conceptFile(session, draft, target, open);
    if (file === null) {
      if (data) await writeNewFile(data.path, data.bytes);
      await writeNewFile(target, text).catch(async (error: unknown) => {
        if (data) await rm(data.path, { force: true });
        throw error;
      });
      return { path: target, notes };
    }
    await refuseReadOnly(file);
    const document = open ?? (await vscode.workspace.openTextDocument(vscode.Uri.file(file)));
    // Somebody may have typed meanwhile: what the text was made from is not what stands there now.
    if (open && open.getText() !== before) continue;
    const unsaved = document.isDirty;
    await put(document, text);
    if (unsaved) notes.push('What was not saved in its editor is saved too.');
    return { path: file, notes };
  }
  throw new UserError(`${choice.kind === 'file' ? path.basename(choice.path) : 'The probe file'} is being changed`, {
    hint: 'save again when that is done',
    code: 'panel/unsaved',
  });
}

async function conceptFile(
  session: ModelSession,
  draft: ConceptDraft[],
  target: string,
  open: vscode.TextDocument | undefined,
): ReturnType<ModelSession['queries']['conceptFile']> {
  try {
    return await session.queries.conceptFile(draft, target, open?.isDirty ? open.getText() : undefined);
  } catch (error) {
    if (!open?.isDirty || !(error instanceof UserError) || error.code !== 'probe/wrong') throw error;
    const { message, place } = error;
    throw new UserError(`${message}, in what its editor has not saved`, {
      hint: 'mend or revert that first',
      code: 'panel/unsaved',
      place,
    });
  }
}

async function put(document: vscode.TextDocument, text: string): Promise<void> {
  const { start, end, text: changed } = changedPart(document.getText(), text, document.eol === vscode.EndOfLine.CRLF);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), changed);
  const name = path.basename(document.fileName);
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new UserError(`${name} takes no changes`, { hint: 'close it and save again', code: 'panel/unwritable' });
  }
  if (await document.save()) return;
  throw new UserError(`${name} could not be saved`, {
    hint: 'the concepts stand in its editor: save it there',
    code: 'panel/unwritable',
  });
}

/** A file without the right to be written takes edits in VS Code, and fails when it is saved. */
async function refuseReadOnly(file: string): Promise<void> {
  const { mode } = await stat(file);
  const writable = (mode & 0o200) !== 0 && (await access(file, constants.W_OK).then(() => true, () => false)); // prettier-ignore
  if (!writable) throw unwritable(file, 'it is read-only');
}

const openDocument = (file: string): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path.normalize(file));

import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../shared/userError.js';
import { knownModels } from '../pickModel.js';
import type { Sessions } from '../sessions.js';

/** The file that an assistant names: absolute, or relative to a folder of the workspace, or the name of the only such model. */
export async function modelArgument(model: unknown, sessions: Sessions): Promise<vscode.Uri> {
  if (typeof model !== 'string' || model.trim() === '')
    throw new UserError('"model" is missing', { hint: await known(sessions) });
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const candidates = path.isAbsolute(model) ? [model] : folders.map((folder) => path.join(folder, model));
  for (const file of candidates) {
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) return vscode.Uri.file(file);
  }
  const named = (await knownModels(sessions)).filter(({ fsPath }) => path.basename(fsPath) === path.basename(model));
  if (named.length === 1) return named[0];
  throw new UserError(`there is no file ${model}`, { hint: await known(sessions) });
}

async function known(sessions: Sessions): Promise<string> {
  const models = await knownModels(sessions);
  if (models.length === 0) return 'the workspace holds no .onnx file; give an absolute path';
  const shown = models.slice(0, 20).map(({ fsPath }) => fsPath);
  return `the models of the workspace are ${shown.join(', ')}${models.length > 20 ? ' and others' : ''}`;
}

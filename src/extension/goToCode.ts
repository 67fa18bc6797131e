import path from 'node:path';
import * as vscode from 'vscode';
import type { Layer } from '../shared/model.js';
import { UserError } from '../shared/userError.js';
import { besideThePanel } from './besideThePanel.js';
import { attributeNames, baseName, definitionOf, useOf, type CodePlace } from './codePlace.js';
import type { ModelSession } from './session.js';
import { workspaceFiles } from './workspaceFiles.js';

const searchedBytes = 2 ** 20;

/**
 * Opens the training code at a layer: the file and line that the exporter wrote into the model where the code there
 * still shows the layer; otherwise the place where its attribute is made, in the nearest Python file that makes it.
 */
export async function goToCode(session: ModelSession, layerName: string): Promise<void> {
  const layer = session.results.structure?.layers.find(({ name }) => name === layerName);
  if (!layer) throw new UserError(`The model has no layer ${layerName}`, { code: 'panel/no-layer' });
  const found = await findLayer(layer, await pythonFiles(session.model));
  if (!found)
    throw new UserError(`No Python file of the workspace makes ${layer.module ?? layer.name}`, {
      code: 'code/not-found',
      hint: layer.module
        ? 'open the folder that holds the training code'
        : 'the file does not say which module this layer comes from; export it with torch.onnx.export(..., dynamo=True)',
    });
  const { document, place } = found;
  const start = new vscode.Position(place.line, place.column);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(start, start.translate(0, place.length)),
    viewColumn: besideThePanel(document.uri),
  });
}

async function findLayer(layer: Layer, files: vscode.Uri[]) {
  const named = layer.source && baseName(layer.source.file);
  const texts = new Map<string, string>();
  const read = async (file: vscode.Uri) => {
    const known = texts.get(file.fsPath) ?? (await readText(file));
    texts.set(file.fsPath, known);
    return known;
  };
  const at = async (file: vscode.Uri, place: CodePlace | null) =>
    place && { document: await vscode.workspace.openTextDocument(file), place };

  for (const file of files.filter((file) => baseName(file.fsPath) === named)) {
    const found = await at(file, useOf(await read(file), layer));
    if (found) return found;
  }
  for (const name of attributeNames(layer.module ?? ''))
    for (const file of files) {
      const found = await at(file, definitionOf(await read(file), name));
      if (found) return found;
    }
  return null;
}

/** Python files, nearest to the model first: those in its folder, then by how many steps lie between. */
async function pythonFiles(model: string): Promise<vscode.Uri[]> {
  const folder = path.dirname(model);
  const own = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder)).then(
    (entries) => entries.map(([name]) => vscode.Uri.file(path.join(folder, name))),
    () => [],
  );
  const workspace = await workspaceFiles('py');
  const files = new Map([...own, ...workspace].map((uri) => [uri.fsPath, uri]));
  const steps = (file: vscode.Uri) =>
    path.relative(folder, path.dirname(file.fsPath)).split(path.sep).filter(Boolean).length;
  return [...files.values()].filter(({ fsPath }) => fsPath.endsWith('.py')).sort((a, b) => steps(a) - steps(b));
}

/** What is open is read as it is in the editor, unsaved changes included; a file too large for code counts as empty. */
async function readText(file: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (open) return open.getText();
  const size = await vscode.workspace.fs.stat(file).then(
    (stat) => stat.size,
    () => Infinity,
  );
  return size > searchedBytes ? '' : Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
}

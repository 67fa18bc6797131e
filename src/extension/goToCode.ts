import path from 'node:path';
import * as vscode from 'vscode';
import type { Layer, ModelStructure } from '../shared/model.js';
import { UserError } from '../shared/userError.js';
import type { CodeLink, CodePlace as LinkedPlace } from '../source/index.js';
import type { CodeLinks } from './code/codeLinks.js';
import { definitionOfLayer } from './code/definitionOfLayer.js';
import { attributeNames, baseName, definitionOf, useOf, type CodePlace } from './codePlace.js';
import type { ModelSession } from './session.js';
import { workspaceFiles } from './workspaceFiles.js';

const searchedBytes = 2 ** 20;
/** Files that are read for one layer at most, the likeliest first. */
const mostFiles = 60;

/**
 * Opens the training code where a layer is made: the place that the code, read as Python, and the model's names and metadata
 * agree on. Where nothing does, the line that the exporter wrote into the model, or an attribute of the layer's name.
 */
export async function goToCode(session: Explained, layerName: string, links: CodeLinks): Promise<void> {
  const { file, place } = await codeOfLayer(session, layerName, links);
  await show(file, place);
}

/** As much of a session as this needs. */
export interface Explained {
  model: string;
  results: Pick<ModelSession['results'], 'structure'>;
}

/** Where that is: a file's path, and a place in it with line and columns from 1. */
export async function codeOfLayer(
  session: Explained,
  layerName: string,
  links: CodeLinks,
): Promise<{ file: string; place: Pick<LinkedPlace, 'line' | 'column' | 'endColumn' | 'cell'> }> {
  const { structure } = session.results;
  const layer = structure?.layers.find(({ name }) => name === layerName);
  if (!structure || !layer) throw new UserError(`The model has no layer ${layerName}`, { code: 'panel/no-layer' });
  const open = await inOpenFile(session.model, layer, links);
  if (open) return open;
  const files = await codeFiles(session.model, layer);
  const made = await definition(layer, structure, files, links);
  if (made) return made;
  const found = await guessed(
    layer,
    files.filter((file) => file.endsWith('.py')),
  );
  if (!found)
    throw new UserError(`No Python file of the workspace makes ${layer.module ?? layer.name}`, {
      code: 'code/not-found',
      hint: layer.module
        ? 'open the folder that holds the training code'
        : 'the file does not say which module this layer comes from; export it with torch.onnx.export(..., dynamo=True)',
    });
  const { file, place } = found;
  const column = place.column + 1;
  return { file, place: { line: place.line + 1, column, endColumn: column + place.length } };
}

interface Found {
  file: string;
  place: LinkedPlace;
}

async function inOpenFile(model: string, layer: Layer, links: CodeLinks): Promise<Found | null> {
  for (const { link } of await links.linkedTo(model)) {
    const found = foundIn(link.definitions, layer);
    if (found && found.place.certainty !== 'order') return found;
  }
  return null;
}

async function definition(
  layer: Layer,
  structure: ModelStructure,
  files: readonly string[],
  links: CodeLinks,
): Promise<Found | null> {
  let byOrder: Found | null = null;
  for (const file of files.slice(0, mostFiles)) {
    const found = foundIn(await links.definitions(file, structure), layer);
    if (found && found.place.certainty !== 'order') return found;
    byOrder ??= found;
  }
  return byOrder;
}

/** In the file at hand or one that it imports. */
function foundIn(definitions: CodeLink['definitions'], layer: Layer): Found | null {
  const all = [...definitions].flatMap(([file, places]) => places.map((place) => ({ ...place, file })));
  const place = definitionOfLayer(all, layer);
  return place && { file: place.file, place };
}

async function guessed(layer: Layer, files: readonly string[]): Promise<{ file: string; place: CodePlace } | null> {
  const named = layer.source && baseName(layer.source.file);
  const texts = new Map<string, string>();
  const read = async (file: string) => {
    const known = texts.get(file) ?? (await readText(vscode.Uri.file(file)));
    texts.set(file, known);
    return known;
  };
  for (const file of files.filter((file) => baseName(file) === named)) {
    const place = useOf(await read(file), layer);
    if (place) return { file, place };
  }
  for (const name of attributeNames(layer.module ?? ''))
    for (const file of files) {
      const place = definitionOf(await read(file), name);
      if (place) return { file, place };
    }
  return null;
}

/** Paths of Python files and notebooks: those that the model names first, then the nearest to the model. */
async function codeFiles(model: string, layer: Layer): Promise<string[]> {
  const folder = path.dirname(model);
  const own = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder)).then(
    (entries) => entries.map(([name]) => path.join(folder, name)),
    () => [],
  );
  const workspace = [...(await workspaceFiles('py')), ...(await workspaceFiles('ipynb'))].map(({ fsPath }) => fsPath);
  const files = [...new Set([...own, ...workspace])].filter((file) => /\.(py|ipynb)$/.test(file));
  const named = new Set([layer.source, ...(layer.stack ?? [])].flatMap((frame) => (frame ? baseName(frame.file) : [])));
  const steps = (file: string) => path.relative(folder, path.dirname(file)).split(path.sep).filter(Boolean).length;
  const isNamed = (file: string) => Number(named.has(baseName(file)));
  return files.sort((a, b) => isNamed(b) - isNamed(a) || steps(a) - steps(b));
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

/** @param place line and columns from 1 */
async function show(file: string, place: Pick<LinkedPlace, 'line' | 'column' | 'endColumn' | 'cell'>): Promise<void> {
  const uri = vscode.Uri.file(file);
  const { line, column, endColumn, cell } = place;
  const selection = new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1);
  const viewColumn = besideThePanel(uri);
  if (cell === undefined) {
    await vscode.window.showTextDocument(uri, { selection, viewColumn });
    return;
  }
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const range = new vscode.NotebookRange(cell - 1, cell);
  const editor = await vscode.window.showNotebookDocument(notebook, { viewColumn, selections: [range] });
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  const { document } = notebook.cellAt(cell - 1);
  const inCell = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
  if (inCell) inCell.selection = new vscode.Selection(selection.start, selection.end);
}

/** The group that shows the file already; otherwise the first group that is not the panel's; otherwise a new one. */
function besideThePanel(file: vscode.Uri): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const shows = (group: vscode.TabGroup) =>
    group.tabs.some(
      ({ input }) =>
        (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) &&
        input.uri.toString() === file.toString(),
    );
  const group = groups.find(shows) ?? groups.find((other) => !other.isActive);
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}

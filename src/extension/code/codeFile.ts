import * as vscode from 'vscode';
import { indexCells, indexPython, type PythonIndex } from '../../source/index.js';

/** A file of training code that is open: a Python document, or a notebook with its cells. */
export interface CodeFile {
  /** Of the file, not of a cell. */
  uri: vscode.Uri;
  path: string;
  /** Another one after each edit. */
  version: string;
  text: () => string;
  index: (previous?: PythonIndex) => PythonIndex;
}

/** The file that a document is, or is a cell of; null where it is no Python on disk. */
export function codeFileOf(document: vscode.TextDocument): CodeFile | null {
  const notebook = notebookOf(document);
  if (notebook) return notebook.uri.scheme === 'file' ? ofNotebook(notebook) : null;
  if (document.languageId !== 'python' || document.uri.scheme !== 'file') return null;
  return {
    uri: document.uri,
    path: document.uri.fsPath,
    version: String(document.version),
    text: () => document.getText(),
    index: (previous) => indexPython(document.getText(), previous),
  };
}

export function ofNotebook(notebook: vscode.NotebookDocument): CodeFile {
  const cells = () => notebook.getCells().map((cell) => (isPythonCell(cell) ? cell.document.getText() : ''));
  return {
    uri: notebook.uri,
    path: notebook.uri.fsPath,
    version: notebook
      .getCells()
      .map((cell) => `${cell.document.uri.fragment} ${isPythonCell(cell) ? cell.document.version : ''}`)
      .join(),
    text: () => cells().join('\n'),
    index: (previous) => indexCells(cells(), previous),
  };
}

const isPythonCell = ({ kind, document }: vscode.NotebookCell): boolean =>
  kind === vscode.NotebookCellKind.Code && document.languageId === 'python';

export const notebookOf = (document: vscode.TextDocument): vscode.NotebookDocument | undefined =>
  document.uri.scheme === 'vscode-notebook-cell'
    ? vscode.workspace.notebookDocuments.find((notebook) =>
        notebook.getCells().some((cell) => cell.document === document),
      )
    : undefined;

/** Number of a document's cell as places count them, from 1; undefined for a file that is no notebook. */
export function cellOf(document: vscode.TextDocument): number | undefined {
  const at = notebookOf(document)
    ?.getCells()
    .findIndex((cell) => cell.document === document);
  return at === undefined ? undefined : at + 1;
}

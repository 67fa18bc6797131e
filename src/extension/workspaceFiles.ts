import path from 'node:path';
import * as vscode from 'vscode';

/** Folders that hold other people's code and files. */
const foreign = ['node_modules', 'site-packages', '.venv', 'venv', '.git'];
const most = 2000;
/** The walk that stands in for the search looks at no more than that many folders. */
const mostFolders = 5000;

/** The workspace's files with this ending (`onnx`, in any case). */
export async function workspaceFiles(ending: string): Promise<vscode.Uri[]> {
  const anyCase = [...ending].map((letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`).join('');
  const exclude = `{${foreign.map((folder) => `**/${folder}/**`).join(',')}}`;
  try {
    return await vscode.workspace.findFiles(`**/*.${anyCase}`, exclude, most);
  } catch {
    // A server without ripgrep can't search.
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
    return walk(folders, `.${ending.toLowerCase()}`);
  }
}

async function walk(folders: vscode.Uri[], ending: string): Promise<vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  // The list grows while it is gone through: nearer folders come first.
  const queue = [...folders];
  for (let i = 0; i < Math.min(queue.length, mostFolders) && found.length < most; i++) {
    const entries = await vscode.workspace.fs.readDirectory(queue[i]).then(
      (entries) => entries,
      () => [],
    );
    for (const [name, type] of entries) {
      const uri = vscode.Uri.joinPath(queue[i], name);
      if (type === vscode.FileType.Directory && !foreign.includes(name)) queue.push(uri);
      else if (type & vscode.FileType.File && path.extname(name).toLowerCase() === ending) found.push(uri);
    }
  }
  return found;
}

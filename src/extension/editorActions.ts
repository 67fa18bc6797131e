import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProbeChoice } from '../shared/engineApi.js';
import { UserError } from '../shared/userError.js';
import { besideThePanel } from './besideThePanel.js';
import type { ChosenProbes } from './chosenProbes.js';
import type { TrainingCode } from './code/index.js';
import { exportReport } from './commands/exportReport.js';
import { freeName } from './freeName.js';
import { goToCode } from './goToCode.js';
import type { PanelActions } from './panelCalls.js';
import type { ModelSession } from './session.js';
import { saveConcepts } from './saveConcepts.js';
import { probeAt, runSettings } from './userSettings.js';

const pictureTypes = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp'];
const keptPictures = 50;

/** What the page and the commands want of VS Code: its pickers, editors, clipboard and settings. */
export function editorActions(
  context: vscode.ExtensionContext,
  probes: ChosenProbes,
  code: TrainingCode,
  log: vscode.LogOutputChannel,
): PanelActions {
  const beside = (session: ModelSession) => vscode.Uri.file(path.dirname(session.model));
  return {
    trusted: () => vscode.workspace.isTrusted,
    chooseProbe: (session, probe) => probes.set(session.model, probe),
    folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    browseProbe: browseProbe,
    editProbe: (session) => editProbe(session, probes),
    async browsePicture(session) {
      const chosen = await vscode.window.showOpenDialog({
        defaultUri: beside(session),
        filters: { Pictures: pictureTypes },
        openLabel: 'Show Map',
      });
      return chosen ? { path: chosen[0].fsPath, name: path.basename(chosen[0].fsPath) } : null;
    },
    dropPicture: (name, bytes) =>
      keepPicture(vscode.Uri.joinPath(context.globalStorageUri, 'pictures').fsPath, name, bytes),
    pictureAt(uri) {
      const { fsPath } = vscode.Uri.parse(uri);
      refuseOtherFiles(fsPath);
      return { path: fsPath, name: path.basename(fsPath) };
    },
    async savePicture(session, name, png) {
      const target = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(beside(session), safeName(name)),
        filters: { PNG: ['png'] },
      });
      if (!target) return null;
      await vscode.workspace.fs.writeFile(target, png);
      return { path: target.fsPath };
    },
    async saveCsv(session, name, text) {
      const target = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(beside(session), safeName(name)),
        filters: { CSV: ['csv'] },
      });
      if (!target) return null;
      await vscode.workspace.fs.writeFile(target, Buffer.from(text));
      return { path: target.fsPath };
    },
    copy: async (text) => vscode.env.clipboard.writeText(text),
    saveConcepts: (session, draft) => saveConcepts(session, probes, draft),
    threads: () => runSettings().threads,
    report: exportReport,
    goToCode: (session, layer) => goToCode(session, layer, code.links),
    selectLayer: (session, layer) => code.highlight.show(session.model, layer),
    openSettings: async () =>
      vscode.commands.executeCommand('workbench.action.openSettings', '@ext:onnxplain.onnxplain'),
    openLog: () => log.show(),
    manageTrust: async () => vscode.commands.executeCommand('workbench.trust.manage'),
  };
}

async function browseProbe(session: ModelSession): Promise<ProbeChoice | null> {
  // Outside macOS a dialog offers files or folders, never both.
  const kinds = [
    {
      label: 'Probe File or Table…',
      detail: '.probe.json, .csv, .parquet, .npy, .npz, IDX, CIFAR, COCO',
      folder: false,
    },
    { label: 'Folder of Pictures…', detail: pictureTypes.join(', '), folder: true },
  ];
  const kind = await vscode.window.showQuickPick(kinds, { placeHolder: 'What is the probe set?' });
  if (!kind) return null;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: kind.folder,
    canSelectFiles: !kind.folder,
    defaultUri: vscode.Uri.file(path.dirname(session.model)),
    filters: kind.folder
      ? undefined
      : { 'Probe sets': ['json', 'csv', 'parquet', 'npy', 'npz', 'gz', 'bin'], 'All files': ['*'] },
    openLabel: 'Use as Probe Set',
  });
  return chosen ? probeAt(chosen[0].fsPath) : null;
}

/**
 * Opens the probe file that was refused, or the one in use; where there is none, a new one that spells out what is assumed, beside the model and not
 * saved yet. Once saved, it becomes the model's probe set.
 */
async function editProbe(session: ModelSession, probes: ChosenProbes): Promise<void> {
  const refused = session.status.error?.place;
  const choice = session.results.probe?.choice;
  const used = refused?.file ?? (choice?.kind === 'file' ? choice.path : null);
  if (used !== null) {
    const uri = vscode.Uri.file(used);
    const start = refused?.line === undefined ? undefined : new vscode.Position(refused.line - 1, 0);
    await vscode.window.showTextDocument(uri, {
      viewColumn: besideThePanel(uri),
      selection: start && new vscode.Range(start, start),
    });
    return;
  }
  const text = await session.queries.probeFileText();
  const file = await freeName(session.model.replace(/\.onnx$/i, ''), '.probe.json');
  const uri = vscode.Uri.file(file).with({ scheme: 'untitled' });
  // A document that is not shown soon comes up by itself, over the panel: it is shown first, and filled then.
  await vscode.commands.executeCommand('vscode.open', uri, { viewColumn: besideThePanel(uri), preview: false });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  const saved = vscode.workspace.onDidSaveTextDocument(async ({ uri }) => {
    if (uri.fsPath !== file) return;
    saved.dispose();
    const probe = probeAt(file);
    await probes.set(session.model, probe);
    void session.explain({ probe });
  });
  // Nothing was saved: nothing to wait for.
  const closed = vscode.workspace.onDidCloseTextDocument((other) => {
    if (other !== document) return;
    closed.dispose();
    setTimeout(() => saved.dispose(), 1000);
  });
}

/** @returns the ending of a picture's name, in lower case */
function refuseOtherFiles(name: string): string {
  const ending = path.extname(name).slice(1).toLowerCase();
  if (pictureTypes.includes(ending)) return ending;
  throw new UserError(`${safeName(name)} is not a picture that can be read`, {
    hint: `use ${pictureTypes.join(', ')}`,
  });
}

/** Writes a picture from the page where the engine can read it; the oldest ones go. */
export async function keepPicture(
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<{ path: string; name: string }> {
  const ending = refuseOtherFiles(name);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${ending}`);
  await writeFile(file, bytes);
  const kept = await Promise.all(
    (await readdir(folder)).map(async (entry) => {
      const at = path.join(folder, entry);
      return { at, written: (await stat(at).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  kept.sort((a, b) => b.written - a.written);
  await Promise.all(kept.slice(keptPictures).map(({ at }) => rm(at, { force: true })));
  return { path: file, name: safeName(name) };
}

/** A name without folders or characters that some file system refuses. */
const safeName = (name: string): string =>
  path.basename(name).replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_') || 'picture.png';

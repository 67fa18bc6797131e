import path from 'node:path';
import * as vscode from 'vscode';
import type { ResultStore } from '../resultStore.js';
import type { Sessions } from '../sessions.js';
import { CodeLinks } from './codeLinks.js';
import { LayerDiagnostics, quickFixes } from './diagnostics.js';
import { hovers, pythonCode } from './hovers.js';
import { LayerHighlight } from './layerHighlight.js';
import { lenses } from './lenses.js';
import { ModelKnowledge } from './modelKnowledge.js';
import { ModelOfFile } from './modelOfFile.js';
import { ModelStatus } from './modelStatus.js';
import { shapeHints } from './shapeHints.js';
import { StructureReader } from './structureReader.js';

export { chooseModel } from './modelStatus.js';
export { explainLinked, showLayer } from './showLayer.js';

/** What ties training code to models in the editor. */
export interface TrainingCode extends vscode.Disposable {
  links: CodeLinks;
  models: ModelOfFile;
  knowledge: ModelKnowledge;
  highlight: LayerHighlight;
}

export function tieTrainingCode(
  context: vscode.ExtensionContext,
  sessions: Sessions,
  store: ResultStore,
  log: vscode.LogOutputChannel,
): TrainingCode {
  const say = (line: string) => log.info(`[code] ${line}`);
  const reader = new StructureReader(context.asAbsolutePath(path.join('dist', 'structure.js')), say);
  const knowledge = new ModelKnowledge(sessions, store, reader);
  const models = new ModelOfFile(context.workspaceState, knowledge);
  const links = new CodeLinks(knowledge, models, say);
  const highlight = new LayerHighlight(links, knowledge);
  const redraw = new vscode.EventEmitter<void>();
  const parts = vscode.Disposable.from(
    ...[knowledge, models, links, highlight, redraw],
    new LayerDiagnostics(links, knowledge),
    new ModelStatus(links),
    links.onDidChange(() => redraw.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('onnxplain.code')) redraw.fire();
    }),
    followCursor(links),
    vscode.languages.registerHoverProvider(pythonCode, hovers(links)),
    vscode.languages.registerCodeLensProvider(pythonCode, lenses(links, knowledge, redraw.event)),
    vscode.languages.registerInlayHintsProvider(pythonCode, shapeHints(links, knowledge, redraw.event)),
    vscode.languages.registerCodeActionsProvider(pythonCode, quickFixes(links), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  return { links, models, knowledge, highlight, dispose: () => parts.dispose() };
}

/** Whether the cursor is on a layer decides whether the context menu offers to show it. */
function followCursor(links: CodeLinks): vscode.Disposable {
  let last: boolean | null = null;
  const update = () => {
    const editor = vscode.window.activeTextEditor;
    const at = editor !== undefined && links.at(editor.document, editor.selection.active) !== null;
    if (at === last) return;
    last = at;
    void vscode.commands.executeCommand('setContext', 'onnxplain.atLayer', at);
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeTextEditorSelection(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    links.onDidChange(update),
  );
}

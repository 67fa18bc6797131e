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
    nameMatchedFiles(links),
    vscode.languages.registerHoverProvider(pythonCode, hovers(links)),
    vscode.languages.registerCodeLensProvider(pythonCode, lenses(links, knowledge, redraw.event)),
    vscode.languages.registerInlayHintsProvider(pythonCode, shapeHints(links, knowledge, redraw.event)),
    vscode.languages.registerCodeActionsProvider(pythonCode, quickFixes(links), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  return { links, models, knowledge, highlight, dispose: () => parts.dispose() };
}

/**
 * Names the files whose context menu offers to show a layer. Not the cursor decides: a right click moves it and opens the menu
 * at once, before a key that follows the cursor could have changed.
 */
function nameMatchedFiles(links: CodeLinks): vscode.Disposable {
  let last = '';
  const update = () => {
    // The menu knows a file by its path on the machine that it is on.
    const files = [...new Set(links.matched().flatMap(({ fsPath, path }) => [fsPath, path]))].sort();
    if (files.join('\n') === last) return;
    last = files.join('\n');
    void vscode.commands.executeCommand('setContext', 'onnxplain.matchedFiles', files);
  };
  return links.onDidChange(update);
}

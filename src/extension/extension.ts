import path from 'node:path';
import * as vscode from 'vscode';
import { engineFailure } from '../shared/engineRpc.js';
import { showBackgroundProgress } from './backgroundProgress.js';
import { registerTools } from './assistant/index.js';
import { chooseModel, explainLinked, showLayer, tieTrainingCode, type TrainingCode } from './code/index.js';
import { ChosenProbes } from './chosenProbes.js';
import { chooseProbeSet } from './commands/chooseProbeSet.js';
import { explainNeurons } from './commands/explainNeurons.js';
import { exportReportOf } from './commands/exportReport.js';
import { inspectModel } from './commands/inspectModel.js';
import { openSample } from './commands/openSample.js';
import { showMap } from './commands/showMap.js';
import { editorActions } from './editorActions.js';
import type { PanelActions } from './panelCalls.js';
import { ModelEditorProvider, modelViewType } from './modelEditor.js';
import { activeModel } from './pickModel.js';
import { ResultStore } from './resultStore.js';
import { describe } from './describe.js';
import { Sessions } from './sessions.js';

let sessions: Sessions | undefined;

/** What other extensions and the tests get: what is going on, read-only in spirit. */
export interface Onnxplain {
  sessions: Sessions;
  code: TrainingCode;
  actions: PanelActions;
}

export function activate(context: vscode.ExtensionContext): Onnxplain {
  const log = vscode.window.createOutputChannel('Onnxplain', { log: true });
  const probes = new ChosenProbes(context.workspaceState);
  const store = new ResultStore(path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'results'));
  const open = (sessions = new Sessions(context, store, probes, log));
  const code = tieTrainingCode(context, open, store, log);
  const actions = editorActions(context, probes, code, log);
  const editor = new ModelEditorProvider(context.extensionUri, open, actions, log);

  const command = (name: string, run: (uri?: vscode.Uri, argument?: unknown) => unknown) =>
    vscode.commands.registerCommand(`onnxplain.${name}`, async (argument?: unknown) => {
      try {
        return await run(argument instanceof vscode.Uri ? argument : undefined, argument);
      } catch (error) {
        // Whoever called the command need not wait for someone to read this.
        void showFailure(error, log);
      }
    });

  context.subscriptions.push(
    log,
    open,
    vscode.window.registerCustomEditorProvider(modelViewType, editor, { supportsMultipleEditorsPerDocument: true }),
    showBackgroundProgress(open, editor),
    editor.onDidChangeVisibility(() =>
      code.highlight.keep((model) => {
        const session = open.find(vscode.Uri.file(model));
        return session !== null && editor.shows(session);
      }),
    ),
    registerTools(open),
    code,
    open.onDidChange(() => {
      const working = open.all().some(({ status }) => status.state === 'working');
      void vscode.commands.executeCommand('setContext', 'onnxplain.working', working);
    }),
    command('explainNeurons', (uri) => explainNeurons(open, uri)),
    command('showMap', (uri) => showMap(open, uri)),
    command('inspectModel', (uri) => inspectModel(open, uri)),
    command('openSample', () => openSample(context)),
    command('chooseProbeSet', (uri) => chooseProbeSet(open, actions, uri)),
    command('exportReport', (uri) => exportReportOf(open, uri)),
    command('stop', async () => {
      const active = activeModel();
      const session = active && open.find(active);
      const ending = session?.status.state === 'working' ? [session] : open.all();
      await Promise.all(ending.map((working) => working.stop()));
    }),
    command('chooseModel', () => chooseModel(code.models, code.links)),
    command('showLayer', (_, target) => showLayer(open, code, target)),
    command('explainLinked', (_, target) => explainLinked(open, target)),
    command('showLog', () => log.show()),
  );
  return { sessions: open, code, actions };
}

export async function deactivate(): Promise<void> {
  await sessions?.end();
}

/** A command's failure where no panel can show it: what, what to do, and the way to the log. */
async function showFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const { code, message, hint } = engineFailure(error);
  if (code === 'engine/cancelled') return;
  log.error(describe(error));
  const shown = hint ? `${message}: ${hint}` : message;
  if ((await vscode.window.showErrorMessage(shown, 'Show Log')) === 'Show Log') log.show();
}

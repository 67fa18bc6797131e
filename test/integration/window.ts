import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { format } from 'node:util';
import * as vscode from 'vscode';
import type { Onnxplain } from '../../src/extension/extension.js';
import { modelViewType } from '../../src/extension/modelEditor.js';
import { panelCall } from '../../src/extension/panelCalls.js';
import type { ModelSession } from '../../src/extension/session.js';
import type { PanelMethods, PanelStatus } from '../../src/shared/panelProtocol.js';

/** Prints a line of the report, marked so that it can be told from what else the window writes to its console. */
export const say = (...line: unknown[]): void => console.log(`│ ${format(...line)}`);

export const extension = (): vscode.Extension<Onnxplain> => vscode.extensions.getExtension('onnxplain.onnxplain')!;

/** A file of the workspace, which is a copy of the sample. */
export const inWorkspace = (...parts: string[]): vscode.Uri =>
  vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, ...parts);

export const folderOf = (...parts: string[]): string => path.join(inWorkspace().fsPath, ...parts);

export async function until<T>(what: string, probe: () => T | null | undefined | false, seconds = 30): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(20)) {
    const found = probe();
    if (found) return found;
  }
  throw new Error(`${what}: not within ${seconds} seconds`);
}

/** Runs Explain Neurons on a file as the explorer's menu does, and returns its session. */
export async function explain(model: vscode.Uri): Promise<ModelSession> {
  await vscode.commands.executeCommand('onnxplain.explainNeurons', model);
  return sessionOf(model);
}

export async function sessionOf(model: vscode.Uri): Promise<ModelSession> {
  const { sessions } = await extension().activate();
  return until(`a session of ${model.fsPath}`, () => sessions.find(model));
}

export async function reach(session: ModelSession, ...states: PanelStatus['state'][]): Promise<PanelStatus> {
  try {
    return await until(states.join(' or '), () => states.includes(session.status.state) && session.status, 60);
  } catch (error) {
    throw new Error(`${(error as Error).message}; it is ${JSON.stringify(session.status)}`);
  }
}

/** The tab that shows a model, where there is one. */
export const panelOf = (model: vscode.Uri): vscode.Tab | undefined =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find(
      ({ input }) =>
        input instanceof vscode.TabInputCustom &&
        input.viewType === modelViewType &&
        input.uri.toString() === model.toString(),
    );

export const closeAll = async (): Promise<void> => vscode.commands.executeCommand('workbench.action.closeAllEditors');

/** What the panel's page asks the host, as it arrives there. */
export async function asPage<M extends keyof PanelMethods>(
  session: ModelSession,
  method: M,
  params: Parameters<PanelMethods[M]>[0],
): Promise<ReturnType<PanelMethods[M]>> {
  const { actions } = await extension().activate();
  return (await panelCall(session, actions, method, params)) as ReturnType<PanelMethods[M]>;
}

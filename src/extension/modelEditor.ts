import * as vscode from 'vscode';
import { engineFailure } from '../shared/engineRpc.js';
import type { PanelReply } from '../shared/panelProtocol.js';
import { UserError } from '../shared/userError.js';
import { EventThrottle } from './eventThrottle.js';
import { panelCall, type PanelActions } from './panelCalls.js';
import { panelHtml } from './panelHtml.js';
import { describe } from './describe.js';
import type { ModelSession } from './session.js';
import type { Sessions } from './sessions.js';

export const modelViewType = 'onnxplain.model';

/** Shows a model in the panel's page: a read-only editor, so that VS Code restores, splits and moves it by itself. */
export class ModelEditorProvider implements vscode.CustomReadonlyEditorProvider {
  readonly #visible = new Map<vscode.WebviewPanel, ModelSession>();
  readonly #visibility = new vscode.EventEmitter<void>();
  readonly onDidChangeVisibility = this.#visibility.event;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly actions: PanelActions,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Whether a panel of this model is on the screen. */
  shows(session: ModelSession): boolean {
    return [...this.#visible.values()].includes(session);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    webview.options = {
      enableScripts: true,
      localResourceRoots: ['dist', 'media'].map((folder) => vscode.Uri.joinPath(this.extension, folder)),
    };
    if (uri.scheme !== 'file') {
      webview.html = notOnDisk;
      return;
    }
    const { session, release } = this.sessions.hold(uri);
    const events = new EventThrottle(session, (event) => void webview.postMessage(event));
    const subscriptions: vscode.Disposable[] = [
      release,
      events,
      webview.onDidReceiveMessage(async (message: unknown) => {
        const call = message as { id?: unknown; method?: unknown } | null;
        if (typeof call?.id !== 'number') return;
        if (call.method === 'open') events.opening();
        await webview.postMessage(await this.#reply(call.id, message, uri));
        if (call.method === 'open') events.opened();
      }),
    ];
    const see = (visible: boolean) => {
      if (visible && !this.#visible.has(panel)) this.sessions.look(session);
      if (visible) this.#visible.set(panel, session);
      else this.#visible.delete(panel);
      if (!visible) events.hidden();
      this.#visibility.fire();
    };
    see(panel.visible);
    subscriptions.push(panel.onDidChangeViewState(() => see(panel.visible)));
    panel.onDidDispose(() => {
      see(false);
      vscode.Disposable.from(...subscriptions).dispose();
    });
    webview.html = panelHtml(webview, this.extension);
  }

  async #reply(id: number, message: unknown, uri: vscode.Uri): Promise<PanelReply> {
    const session = this.sessions.find(uri);
    try {
      if (!session) throw new UserError('This model was closed', { hint: 'open it again' });
      const { method, params } = message as { method?: unknown; params?: unknown };
      return { id, ok: true, result: (await panelCall(session, this.actions, method, params)) ?? null };
    } catch (error) {
      const failure = engineFailure(error);
      if (failure.code === 'engine/bug') this.log.error(describe(error));
      return { id, ok: false, error: failure };
    }
  }
}

const notOnDisk = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>Onnxplain</title></head>
<body><p>Onnxplain reads models from disk. Save this one to a folder and open it there.</p></body></html>`;

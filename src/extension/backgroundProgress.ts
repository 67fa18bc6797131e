import * as vscode from 'vscode';
import type { ModelEditorProvider } from './modelEditor.js';
import type { ModelSession } from './session.js';
import type { Sessions } from './sessions.js';

/** Work whose panel nobody sees is named in the status bar; work in sight has its progress in the panel. */
export function showBackgroundProgress(sessions: Sessions, editor: ModelEditorProvider): vscode.Disposable {
  const shown = new Map<ModelSession, () => void>();

  const update = () => {
    const hidden = new Set(
      sessions.all().filter((session) => session.status.state === 'working' && !editor.shows(session)),
    );
    for (const [session, end] of shown)
      if (!hidden.has(session)) {
        shown.delete(session);
        end();
      }
    for (const session of hidden) if (!shown.has(session)) shown.set(session, begin(session));
  };
  return vscode.Disposable.from(sessions.onDidChange(update), editor.onDidChangeVisibility(update));
}

function begin(session: ModelSession): () => void {
  let end = () => {};
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Window }, async (progress) => {
    const report = () => progress.report({ message: `Explaining ${session.name}${detail(session)}` });
    report();
    const unsubscribe = session.onEvent((event) => {
      if (event === 'status') report();
    });
    await new Promise<void>((resolve) => (end = resolve));
    unsubscribe();
  });
  return () => end();
}

function detail({ status }: ModelSession): string {
  const { progress } = status;
  return progress?.layer ? `: ${progress.layer} ${progress.done}/${progress.total}` : '';
}

import type * as vscode from 'vscode';
import { openPanel } from '../openPanel.js';
import { modelFor } from '../pickModel.js';
import type { Sessions } from '../sessions.js';

/** Opens the model's panel at its layers; nothing is run. */
export async function inspectModel(sessions: Sessions, uri: vscode.Uri | undefined): Promise<void> {
  const model = await modelFor(uri);
  if (!model) return;
  const { session, release } = sessions.hold(model);
  try {
    void session.open({ explain: false });
    session.show({ tab: 'model', layer: null, unit: null, input: null });
    await openPanel(model);
  } finally {
    release.dispose();
  }
}

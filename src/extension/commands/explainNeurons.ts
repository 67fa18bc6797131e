import type * as vscode from 'vscode';
import { openPanel } from '../openPanel.js';
import { modelFor } from '../pickModel.js';
import type { Sessions } from '../sessions.js';

/** Opens the model's panel; it fills with labels, unless it has those of the model as it is now. */
export async function explainNeurons(sessions: Sessions, uri: vscode.Uri | undefined): Promise<void> {
  const model = await modelFor(uri);
  if (!model) return;
  const { session, release } = sessions.hold(model);
  try {
    session.show({ ...session.view, tab: 'neurons' });
    await openPanel(model);
    void session.explainIfNeeded();
  } finally {
    release.dispose();
  }
}

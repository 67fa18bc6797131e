import type * as vscode from 'vscode';
import { openPanel } from '../openPanel.js';
import { activeModel, knownModels, modelFor, pickModel } from '../pickModel.js';
import type { Sessions } from '../sessions.js';

/** Opens a model's maps; called on a picture, with that picture, and asks for the model where there are several. */
export async function showMap(sessions: Sessions, uri: vscode.Uri | undefined): Promise<void> {
  const picture = uri && !/\.onnx$/i.test(uri.path) ? uri : null;
  const model = picture ? await modelForPicture(sessions) : await modelFor(uri);
  if (!model) return;
  const { session, release } = sessions.hold(model);
  try {
    const input = picture ? ({ kind: 'file', path: picture.fsPath } as const) : null;
    // A picture needs no probe set; without one, the probe set's samples are what a map is drawn of.
    if (input) void session.open({ explain: false });
    session.show({ tab: 'maps', layer: null, unit: null, input });
    await openPanel(model);
  } finally {
    release.dispose();
  }
}

async function modelForPicture(sessions: Sessions): Promise<vscode.Uri | null> {
  const active = activeModel();
  if (active) return active;
  const models = await knownModels(sessions);
  return models.length === 1 ? models[0] : pickModel(models);
}

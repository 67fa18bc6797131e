import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../shared/userError.js';
import { explainNeurons } from '../commands/explainNeurons.js';
import { openPanel } from '../openPanel.js';
import type { Sessions } from '../sessions.js';
import type { CodeLinks } from './codeLinks.js';
import type { ModelKnowledge } from './modelKnowledge.js';

/** What a link in a hover, a lens or a quick fix carries: checked, for any extension may run a command. */
interface Target {
  model: string;
  layer: string | null;
  unit: number | null;
  again: boolean;
}

export function targetOf(argument: unknown): Target | null {
  if (typeof argument !== 'object' || argument === null || argument instanceof vscode.Uri) return null;
  const { model, layer, unit, again } = argument as Record<string, unknown>;
  if (typeof model !== 'string' || !path.isAbsolute(model) || !/\.onnx$/i.test(model)) return null;
  return {
    model,
    layer: typeof layer === 'string' ? layer : null,
    unit: Number.isInteger(unit) && (unit as number) >= 0 ? (unit as number) : null,
    again: again === true,
  };
}

/**
 * Show in Onnxplain: the layer that a link names, or the one at the cursor of the active editor or else on its line; where
 * none is, the model that the code is matched to.
 */
export async function showLayer(
  sessions: Sessions,
  { links, knowledge }: { links: CodeLinks; knowledge: ModelKnowledge },
  argument: unknown,
): Promise<void> {
  const target = targetOf(argument) ?? (await atCursor(links));
  const model = vscode.Uri.file(target.model);
  const { session, release } = sessions.hold(model);
  try {
    await session.open();
    const { layers } = session.results;
    const named = (await knowledge.load(target.model))?.layers.get(target.layer ?? '');
    const isOwn = target.layer === null || layers.has(target.layer);
    const layer = isOwn ? target.layer : (named?.explainedAs ?? target.layer);
    const { unit } = target;
    const isKnown = layer !== null && (layers.has(layer) || session.status.state === 'working');
    if (layer !== null) session.show({ tab: isKnown ? 'neurons' : 'model', layer, unit, input: null });
    await openPanel(model);
  } finally {
    release.dispose();
  }
}

async function atCursor(links: CodeLinks): Promise<Target> {
  const editor = vscode.window.activeTextEditor;
  if (editor) await links.refresh(editor.document);
  const matched = editor && links.places(editor.document);
  if (!matched)
    throw new UserError('This code is not matched to a model', {
      code: 'code/no-model',
      hint: 'open training code that makes a model’s layers, or choose its model with Choose Model of This Code',
    });
  const { active } = editor.selection;
  const found = links.at(editor.document, active) ?? links.onLine(editor.document, active.line);
  return { model: matched.model, layer: found?.place.tensors[0] ?? null, unit: null, again: false };
}

/** Explains the model that a link names, in its panel; again where that is what the link says. */
export async function explainLinked(sessions: Sessions, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  if (!target) return;
  const model = vscode.Uri.file(target.model);
  const { session, release } = sessions.hold(model);
  try {
    await session.open({ explain: false });
    await explainNeurons(sessions, model);
    if (target.again && session.status.state === 'done') void session.explain();
  } finally {
    release.dispose();
  }
}

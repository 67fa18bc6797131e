import * as vscode from 'vscode';
import type { CodeLinks } from './codeLinks.js';
import { codeSettings } from './codeSettings.js';
import { shapeText } from './hoverText.js';
import type { ModelKnowledge } from './modelKnowledge.js';

/** The output shape behind each layer's definition; off unless the settings want it. */
export const shapeHints = (
  links: CodeLinks,
  knowledge: ModelKnowledge,
  onDidChange: vscode.Event<void>,
): vscode.InlayHintsProvider => ({
  onDidChangeInlayHints: onDidChange,
  async provideInlayHints(document, range, token) {
    if (!codeSettings(document).shapes) return [];
    await links.refresh(document);
    const found = links.places(document);
    const known = found && knowledge.get(found.model);
    if (!known || token.isCancellationRequested) return [];
    return found.places.flatMap(({ kind, line, endColumn, layers, tensors }) => {
      // A container's shape is that of its last layer, which stands beside that.
      if (kind !== 'definition' || layers.length === 0 || !range.contains(new vscode.Position(line - 1, 0))) return [];
      const shapes = new Set(tensors.flatMap((tensor) => shapeOf(known.layers.get(tensor)?.shape)));
      if (shapes.size !== 1) return [];
      const [shape] = shapes;
      const hint = new vscode.InlayHint(
        new vscode.Position(line - 1, endColumn - 1),
        `: ${shape}`,
        vscode.InlayHintKind.Type,
      );
      hint.tooltip = `Output shape in ${vscode.workspace.asRelativePath(known.model)}`;
      return hint;
    });
  },
});

const shapeOf = (shape: Parameters<typeof shapeText>[0] | null | undefined): string[] =>
  shape ? [shapeText(shape)] : [];

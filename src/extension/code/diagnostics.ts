import * as vscode from 'vscode';
import type { Layer } from '../../shared/model.js';
import type { CodePlace } from '../../source/index.js';
import { codeFileOf } from './codeFile.js';
import type { CodeLinks } from './codeLinks.js';
import { codeSettings } from './codeSettings.js';
import { findings, type FindingKind } from './findings.js';
import type { KnownModel } from './knownModel.js';
import type { ModelKnowledge } from './modelKnowledge.js';

const source = 'Onnxplain';

/** Findings at the places that make the layers, as information; with quick fixes that lead to the panel and the settings. */
export class LayerDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('onnxplain');
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly links: CodeLinks,
    private readonly knowledge: ModelKnowledge,
  ) {
    const all = () => vscode.workspace.textDocuments.forEach((document) => this.#update(document));
    this.#subscriptions = [
      this.#collection,
      links.onDidChange(({ fsPath }) => {
        for (const document of vscode.workspace.textDocuments)
          if (codeFileOf(document)?.path === fsPath) this.#update(document);
      }),
      vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('onnxplain.code') && all()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** Where a layer is made; for an activation that no module makes (`F.relu`) where the layer is that it stands for. */
  #placeOf(layer: Layer, known: KnownModel, document: vscode.TextDocument): CodePlace | null {
    const [own = null] = this.links.made(document, layer);
    if (own && own.layers.length === 1) return own;
    const before = [...known.layers.values()].find(({ explainedAs }) => explainedAs === layer.name);
    return (before && this.links.made(document, before)[0]) ?? own;
  }

  #update(document: vscode.TextDocument): void {
    const linked = this.links.places(document);
    const known = linked && this.knowledge.get(linked.model);
    const { silentShare } = codeSettings(document);
    // Findings of a model that was written since are of another one.
    if (!known || known.stale || silentShare === null) {
      this.#collection.delete(document.uri);
      return;
    }
    const found: vscode.Diagnostic[] = [];
    for (const [tensor, results] of known.results) {
      const layer = known.layers.get(tensor);
      const place = layer ? this.#placeOf(layer, known, document) : null;
      if (!layer || !place) continue;
      const range = new vscode.Range(place.line - 1, place.column - 1, place.line - 1, place.endColumn - 1);
      for (const { kind, message } of findings(layer, results, silentShare))
        found.push(diagnostic(range, kind, `${layer.module || layer.name} (${layer.op}): ${message}`));
    }
    this.#collection.set(document.uri, found);
  }
}

function diagnostic(range: vscode.Range, kind: FindingKind, message: string): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Information);
  made.source = source;
  made.code = kind;
  return made;
}

/** Quick fixes at a finding: look at the layer, explain the model again, or point out nothing of the kind. */
export const quickFixes = (links: CodeLinks): vscode.CodeActionProvider => ({
  provideCodeActions(document, _range, { diagnostics }) {
    const own = diagnostics.filter((found) => found.source === source);
    const linked = own.length > 0 ? links.places(document) : null;
    if (!linked) return [];
    const { model } = linked;
    const at = links.at(document, own[0].range.start);
    const layer = at?.place.tensors[0];
    const action = (title: string, command: string, argument: unknown) => {
      const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      made.command = { title, command, arguments: [argument] };
      made.diagnostics = own;
      return made;
    };
    return [
      ...(layer ? [action('Show in Onnxplain', 'onnxplain.showLayer', { model, layer })] : []),
      action('Explain the model again', 'onnxplain.explainLinked', { model, again: true }),
      action('Change when layers are pointed out…', 'workbench.action.openSettings', 'onnxplain.code'),
    ];
  },
});

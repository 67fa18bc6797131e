import * as vscode from 'vscode';
import type { CodeLinks } from './codeLinks.js';
import type { ModelKnowledge } from './modelKnowledge.js';

/** Marks, in the editors that are visible, where the layer is made that a panel shows. Scrolls to nothing. */
export class LayerHighlight implements vscode.Disposable {
  readonly #decoration = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    // High contrast has no such background, and elsewhere it is faint.
    borderColor: new vscode.ThemeColor('charts.blue'),
    borderStyle: 'solid',
    borderWidth: '0 0 0 3px',
    overviewRulerColor: new vscode.ThemeColor('charts.blue'),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  });
  readonly #subscriptions: vscode.Disposable[];
  #shown: { model: string; tensor: string } | null = null;

  constructor(
    private readonly links: CodeLinks,
    private readonly knowledge: ModelKnowledge,
  ) {
    this.#subscriptions = [
      this.#decoration,
      links.onDidChange(() => this.#draw()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
    ];
  }

  /** Null: a panel shows no layer any more. */
  show(model: string, tensor: string | null): void {
    if (tensor === null && this.#shown?.model !== model) return;
    this.#shown = tensor === null ? null : { model, tensor };
    this.#draw();
  }

  /** Marks nothing more for models whose panels are not seen. */
  keep(isSeen: (model: string) => boolean): void {
    if (this.#shown && !isSeen(this.#shown.model)) this.show(this.#shown.model, null);
  }

  /** Lines that are marked in a document now, from 0. */
  lines(document: vscode.TextDocument): number[] {
    const shown = this.#shown;
    const found = shown && this.links.places(document);
    if (!shown || found?.model !== shown.model) return [];
    const layer = this.knowledge.get(shown.model)?.layers.get(shown.tensor);
    return layer ? this.links.made(document, layer).map(({ line }) => line - 1) : [];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      if (document.languageId !== 'python') continue;
      const lines = this.lines(document).filter((line) => line < document.lineCount);
      editor.setDecorations(
        this.#decoration,
        lines.map((line) => document.lineAt(line).range),
      );
    }
  }
}

import * as vscode from 'vscode';
import type { CodeLinks } from './codeLinks.js';
import type { PictureTheme } from './histogramPicture.js';
import { hoverCommands, hoverText } from './hoverText.js';

/** Python on disk, and the cells of notebooks. */
export const pythonCode: vscode.DocumentSelector = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: 'vscode-notebook-cell' },
];

/** What a layer's name in the code says when the pointer rests on it. Everything else gets no answer. */
export const hovers = (links: CodeLinks): vscode.HoverProvider => ({
  async provideHover(document, position, token) {
    // After an edit the places have moved along; only a file that was opened a moment ago is waited for.
    const refreshed = links.refresh(document);
    if (!links.places(document)) await refreshed;
    if (token.isCancellationRequested) return null;
    const found = links.at(document, position);
    const text = found && hoverText(found.place, found.known, theme());
    if (!text) return null;
    const { line, column, endColumn } = found.place;
    const markdown = new vscode.MarkdownString(text);
    markdown.isTrusted = { enabledCommands: hoverCommands };
    return new vscode.Hover(markdown, new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1));
  },
});

function theme(): PictureTheme {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return 'light';
    case vscode.ColorThemeKind.Dark:
      return 'dark';
    case vscode.ColorThemeKind.HighContrast:
      return 'high-contrast';
    case vscode.ColorThemeKind.HighContrastLight:
      return 'high-contrast-light';
  }
}

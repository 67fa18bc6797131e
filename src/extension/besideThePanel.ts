import * as vscode from 'vscode';

/** The group that shows the file already; otherwise the first group that is not the panel's; otherwise a new one. */
export function besideThePanel(file: vscode.Uri): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const shows = (group: vscode.TabGroup) =>
    group.tabs.some((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === file.toString());
  const group = groups.find(shows) ?? groups.find((other) => !other.isActive);
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}

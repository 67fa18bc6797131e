import { css } from 'lit';

export const conceptEditorStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    padding: 4px 16px;
  }
  .tools .filter {
    flex: 1 1 140px;
    max-width: 320px;
  }
  .save span {
    flex: 1 1 160px;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  /* Where there is little room the field and the line of what is not saved stand above their buttons. */
  :host([room='one']) .tools .filter,
  :host([room='one']) .save span {
    flex-basis: 100%;
    max-width: none;
  }
  .form {
    display: grid;
    gap: 6px;
    flex: none;
    margin: 6px 16px;
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: 3px;
    background: var(--vscode-sideBar-background);
  }
  .form label {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 10px;
  }
  .form input.name {
    height: 26px;
    min-width: 0;
    padding: 2px 6px;
    font: inherit;
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--edge));
    border-radius: 2px;
  }
  .form input[aria-invalid='true'] {
    border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
  }
  .wrong {
    font-size: 12px;
    color: var(--vscode-errorForeground);
  }
  .combine {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 100px minmax(0, 1fr);
    gap: 6px;
  }
  .actions {
    display: flex;
    gap: 6px;
  }
  .list {
    flex: 1;
    min-height: 80px;
    margin-top: 4px;
    padding: 0 16px 16px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 3px 10px 3px 0;
    text-align: start;
    font-weight: 400;
    overflow-wrap: anywhere;
  }
  thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    font-size: 11px;
    color: var(--muted);
    background: var(--vscode-editor-background);
  }
  tbody tr {
    border-bottom: 1px solid color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
  tbody tr:hover {
    background: var(--vscode-list-hoverBackground);
  }
  tr.current {
    background: var(--vscode-list-inactiveSelectionBackground);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
  }
  .removed bdi,
  .removed code {
    text-decoration: line-through;
    opacity: 0.75;
  }
  .small {
    font-size: 11px;
  }
  th button.link {
    text-align: start;
    overflow-wrap: anywhere;
  }
  code {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 12px;
  }
  .text {
    width: 46%;
  }
  .count {
    width: 70px;
    text-align: end;
  }
  .go {
    width: 34px;
    padding: 0;
    text-align: end;
  }
  .empty {
    padding: 16px;
  }
`;

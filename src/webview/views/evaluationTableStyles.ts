import { css } from 'lit';

export const evaluationTableStyles = css`
  :host {
    display: block;
    min-width: 0;
    padding: 6px 16px 16px;
    --better: var(--vscode-charts-blue);
    --worse: var(--vscode-charts-orange, #d18616);
  }
  .scroll {
    max-width: 100%;
    overflow-x: auto;
  }
  table {
    border-collapse: separate;
    border-spacing: 2px;
    min-width: min-content;
  }
  th {
    padding: 0;
    font-weight: 400;
    text-align: start;
  }
  thead th {
    vertical-align: bottom;
    font-size: 11px;
    color: var(--muted);
  }
  th button,
  td button {
    width: 100%;
    min-height: 26px;
    padding: 3px 8px;
    border: 0;
    border-radius: 2px;
    font: inherit;
    color: inherit;
    background: none;
    cursor: pointer;
    text-align: start;
  }
  thead .number button {
    min-width: 76px;
    text-align: end;
  }
  thead button:hover {
    color: var(--vscode-foreground);
    background: var(--vscode-list-hoverBackground);
  }
  .sorted:not(:empty) {
    margin-inline-start: 3px;
  }
  tbody th {
    padding: 3px 8px;
    white-space: nowrap;
  }
  thead .method,
  tbody th {
    position: sticky;
    inset-inline-start: 0;
    z-index: 1;
    background: var(--vscode-editor-background);
  }
  td.layer {
    padding: 3px 8px;
    min-width: 96px;
    max-width: 220px;
    overflow-wrap: anywhere;
  }
  td.number {
    padding: 0;
    border-radius: 2px;
    background: var(--track);
    background: color-mix(in srgb, var(--vscode-foreground) 5%, transparent);
  }
  td.number button {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  td.better {
    background: color-mix(in srgb, var(--better) var(--share), var(--vscode-editor-background));
  }
  td.worse {
    background: color-mix(in srgb, var(--worse) var(--share), var(--vscode-editor-background));
  }
  td.number button:hover {
    outline: 1px solid var(--vscode-focusBorder);
  }
  td.best {
    font-weight: 700;
  }
  .count {
    display: block;
    font-size: 10px;
    font-weight: 400;
    opacity: 0.85;
  }
  .control th,
  .control td {
    border-block: 1px dashed color-mix(in srgb, var(--vscode-foreground) 45%, transparent);
  }
  .working th {
    box-shadow: inset 2px 0 var(--vscode-progressBar-background, var(--accent));
  }
  .layer-below {
    display: none;
    font-size: 11px;
  }
  /* No room for a column of layers beside the numbers. */
  @media (max-width: 600px) {
    .layer {
      display: none;
    }
    .layer-below {
      display: block;
    }
    tbody th {
      min-width: 100px;
      max-width: 150px;
      white-space: normal;
      overflow-wrap: break-word;
    }
    thead .number button {
      min-width: 64px;
    }
  }
  .below {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 8px 16px;
    margin-top: 10px;
  }
  .below p {
    flex: 1 1 260px;
    max-width: 76ch;
    font-size: 12px;
    line-height: 1.5;
  }
  .actions {
    display: inline-flex;
    gap: 6px;
  }
  .key {
    padding: 0 4px;
    border-radius: 2px;
    color: var(--vscode-foreground);
  }
  .key.better {
    background: color-mix(in srgb, var(--better) 40%, var(--vscode-editor-background));
  }
  .key.worse {
    background: color-mix(in srgb, var(--worse) 40%, var(--vscode-editor-background));
  }
  .notes {
    margin: 10px 0 0;
    padding-inline-start: 16px;
    font-size: 12px;
    line-height: 1.45;
    color: var(--muted);
  }
  /* Ground and text stay as they are in high contrast: the colour is a rule below the number. */
  :host-context(.vscode-high-contrast) td.better,
  :host-context(.vscode-high-contrast) td.worse {
    background: none;
  }
  :host-context(.vscode-high-contrast) td.better {
    box-shadow: inset 0 -3px var(--better);
  }
  :host-context(.vscode-high-contrast) td.worse {
    box-shadow: inset 0 -3px var(--worse);
  }
  :host-context(.vscode-high-contrast) .key.better {
    background: none;
    box-shadow: inset 0 -3px var(--better);
  }
  :host-context(.vscode-high-contrast) .key.worse {
    background: none;
    box-shadow: inset 0 -3px var(--worse);
  }
`;

import { css } from 'lit';

export const changesStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .summary {
    padding: 12px 16px 8px;
  }
  .summary p + p {
    margin-top: 4px;
  }
  .layers {
    flex: none;
    max-height: 32vh;
    padding: 0 16px 8px;
    border-bottom: 1px solid var(--line);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 3px 0 3px 16px;
    text-align: end;
    font-weight: 400;
  }
  th:first-child {
    padding-inline-start: 0;
    text-align: start;
    overflow-wrap: anywhere;
  }
  thead th {
    position: sticky;
    top: 0;
    font-size: 11px;
    color: var(--muted);
    background: var(--vscode-editor-background);
  }
  .chosen {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    padding: 8px 16px;
  }
  .tools .filter {
    flex: 1 1 140px;
    max-width: 420px;
  }
  :host([room='one']) .tools .filter {
    flex-basis: 100%;
    max-width: none;
  }
  .tools .muted {
    margin-inline-start: auto;
    white-space: nowrap;
  }
  lit-virtualizer {
    flex: 1;
    min-height: 0 !important;
  }
  .row {
    display: grid;
    grid-template:
      'name kind before arrow after' minmax(38px, auto) / minmax(90px, 0.5fr) 76px minmax(0, 1fr)
      14px minmax(0, 1fr);
    align-items: center;
    column-gap: 12px;
    width: 100%;
    padding: 3px 16px;
    border: 1px solid transparent;
    border-bottom-color: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
    cursor: pointer;
  }
  :host([room='one']) .row {
    grid-template:
      'name kind kind' auto
      'before arrow after' auto / minmax(0, 1fr) 14px minmax(0, 1fr);
    row-gap: 2px;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  :focus-visible > .row[aria-selected='true'] {
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
    outline-offset: -1px;
  }
  .name {
    grid-area: name;
    overflow-wrap: anywhere;
  }
  .kind {
    grid-area: kind;
    font-size: 11px;
    white-space: nowrap;
  }
  :host([room='one']) .kind {
    text-align: end;
  }
  .kind::before {
    content: '';
    display: inline-block;
    width: 7px;
    height: 7px;
    margin-inline-end: 5px;
    border-radius: 50%;
    background: var(--quiet);
  }
  .kind.died::before {
    background: var(--silent);
  }
  .kind.woke::before {
    background: var(--worth);
  }
  .kind.relabelled::before {
    background: var(--accent);
  }
  .before {
    grid-area: before;
  }
  .arrow {
    grid-area: arrow;
  }
  .after {
    grid-area: after;
  }
  .side {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(50px, 110px);
    align-items: center;
    gap: 10px;
    min-width: 0;
  }
  :host([room='one']) .side {
    grid-template-columns: minmax(0, 1fr);
    gap: 0;
  }
  .label {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    max-height: 44px;
    line-height: 22px;
    overflow: hidden;
  }
  /* Two narrow columns: what stands on two lines elsewhere takes up to four. */
  :host([room='one']) .label {
    -webkit-line-clamp: 4;
    max-height: 88px;
  }
  .side .chip {
    line-height: 18px;
  }
  .worth {
    display: grid;
    grid-template-columns: 1fr 30px;
    align-items: center;
    gap: 8px;
  }
  .worth .number {
    text-align: end;
  }
  .empty {
    padding: 48px 16px;
    text-align: center;
  }
`;

import { css } from 'lit';

export const outputsStyles = css`
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
    gap: 8px 12px;
    padding: 10px 16px 4px;
  }
  .tools ox-select {
    flex: 0 1 220px;
    min-width: 120px;
  }
  .mode {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
  }
  .facts {
    flex: 1 1 220px;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  .wait {
    padding: 16px;
  }
  .empty {
    max-width: 64ch;
    padding: 24px 16px;
    line-height: 1.5;
  }
  .table {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
    margin-top: 6px;
  }
  .row {
    display: grid;
    grid-template:
      'unit words bar value flips accuracy' auto / 52px minmax(120px, 2fr) minmax(90px, 1fr)
      68px 62px 72px;
    align-items: center;
    column-gap: 14px;
    width: 100%;
    min-height: 32px;
    padding: 4px 16px;
    border-bottom: 1px solid color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
  .row:not(.head):hover {
    background: var(--vscode-list-hoverBackground);
  }
  .head {
    min-height: 24px;
    border-bottom: 1px solid var(--line);
    font-size: 11px;
    color: var(--muted);
    overflow-y: hidden;
    scrollbar-gutter: stable;
  }
  lit-virtualizer {
    flex: 1;
    min-height: 0 !important;
    scrollbar-gutter: stable;
  }
  .unit {
    grid-area: unit;
    text-align: end;
  }
  .words {
    grid-area: words;
    min-width: 0;
    line-height: 1.5;
  }
  .bar {
    grid-area: bar;
  }
  .value {
    grid-area: value;
    text-align: end;
  }
  .flips {
    grid-area: flips;
    text-align: end;
  }
  .accuracy {
    grid-area: accuracy;
    text-align: end;
  }
  .bar svg {
    display: block;
    width: 100%;
    height: 10px;
  }
  .track {
    fill: var(--track);
  }
  .positive {
    fill: var(--worth);
  }
  .negative {
    fill: var(--silent);
  }
  :host([room='one']) .row {
    grid-template:
      'unit words words words' auto
      'unit bar value flips' auto / 36px minmax(60px, 1fr) 66px 56px;
    column-gap: 8px;
    row-gap: 2px;
  }
  :host([room='one']) .accuracy,
  :host([room='one']) .head .words,
  :host([room='one']) .head .bar {
    display: none;
  }
`;

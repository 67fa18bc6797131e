import { css } from 'lit';

export const modelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 32px;
    margin: 0;
    padding: 14px 16px;
    max-height: 30vh;
    overflow: auto;
    border-bottom: 1px solid var(--line);
  }
  dt {
    margin-bottom: 2px;
    font-size: 11px;
    color: var(--muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 16px;
  }
  .tools .filter {
    flex: 1;
    max-width: 420px;
  }
  .tools .muted {
    margin-inline-start: auto;
    white-space: nowrap;
  }
  .row {
    grid-template:
      'layer operation shape units parameters worth go' auto / minmax(120px, 2.2fr) minmax(70px, 1fr) minmax(
        120px,
        1.4fr
      )
      76px 96px minmax(80px, 0.8fr) 28px;
    column-gap: 16px;
    min-height: 30px;
    padding: 2px 16px;
  }
  .head button {
    padding: 0;
    border: 0;
    font: inherit;
    color: inherit;
    background: none;
    white-space: nowrap;
    cursor: pointer;
  }
  .head button:hover,
  [aria-sort] button {
    color: var(--vscode-foreground);
  }
  .layer {
    grid-area: layer;
  }
  .operation {
    grid-area: operation;
  }
  .shape {
    grid-area: shape;
  }
  .units {
    grid-area: units;
  }
  .parameters {
    grid-area: parameters;
  }
  .time {
    grid-area: time;
    position: relative;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: end;
  }
  .share {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    inline-size: 100%;
    block-size: 2px;
    fill: var(--worth);
  }
  .go {
    grid-area: go;
  }
  .worth-cell {
    grid-area: worth;
  }
  :host([room='one']) .head .worth-cell {
    display: none;
  }
  .layer,
  .operation {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .units,
  .parameters {
    text-align: end;
  }
  .empty {
    padding: 48px 16px;
    text-align: center;
  }
  :host([timed]) .row {
    grid-template:
      'layer operation shape units parameters time worth go' auto / minmax(120px, 2.2fr) minmax(70px, 1fr) minmax(
        120px,
        1.4fr
      )
      76px 96px minmax(84px, 0.6fr) minmax(80px, 0.8fr) 28px;
  }
  :host([room='one']) .row {
    grid-template:
      'layer layer units go' auto
      'operation shape parameters go' auto
      'worth worth worth worth' auto / minmax(60px, 0.45fr) minmax(0, 1fr) minmax(70px, auto) 28px;
    column-gap: 10px;
  }
  :host([room='one'][timed]) .row {
    grid-template:
      'layer layer units go' auto
      'operation shape parameters go' auto
      'worth worth time time' auto / minmax(60px, 0.45fr) minmax(0, 1fr) minmax(70px, auto) 28px;
  }
`;

import { css } from 'lit';

export const unitListStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    padding: 8px 16px;
  }
  .tools .filter {
    flex: 1 1 180px;
  }
  .tools ox-select {
    flex: 0 1 150px;
  }
  .tools .filter + ox-select {
    flex-basis: 190px;
  }
  :host([compact]) .tools .filter {
    flex-basis: 100%;
  }
  :host([compact]) .tools ox-select {
    flex: 1 1 160px;
  }
  .scale {
    font-size: 11px;
    white-space: nowrap;
  }
  :host([compact]) .tools .scale {
    flex: 1 0 auto;
  }
  .head .scale {
    margin-inline-start: 8px;
  }
  .found {
    margin-inline-start: auto;
    white-space: nowrap;
  }
  .head {
    display: grid;
    grid-template: 'unit label worth spark fires pictures' 22px / 34px minmax(120px, 1fr) 128px 76px 44px 148px;
    column-gap: 14px;
    align-items: center;
    padding: 0 17px 0 9px;
    border-bottom: 1px solid var(--line);
    font-size: 11px;
    color: var(--muted);
    scrollbar-gutter: stable;
    overflow-y: hidden;
  }
  .head:not(.pictured) {
    grid-template: 'unit label worth spark fires' 22px / 34px minmax(120px, 1fr) 150px 76px 48px;
  }
  :host([roomy]) .head {
    grid-template-columns: 34px minmax(120px, 1fr) 240px 76px 44px 148px;
  }
  :host([roomy]) .head:not(.pictured) {
    grid-template-columns: 34px minmax(120px, 1fr) 280px 76px 48px;
  }
  :host([compact]) .head {
    display: none;
  }
  .head button {
    padding: 0;
    border: 0;
    font: inherit;
    color: inherit;
    background: none;
    text-align: start;
    white-space: nowrap;
    cursor: pointer;
  }
  .head button:hover,
  .head button[aria-pressed='true'] {
    color: var(--vscode-foreground);
  }
  .head .unit,
  .head .fires {
    text-align: end;
  }
  .head .worth {
    grid-area: worth;
  }
  .spark-head {
    grid-area: spark;
  }
  .pictures-head {
    grid-area: pictures;
  }
  lit-virtualizer {
    flex: 1 1 auto;
    /* The virtualizer writes a height of its own into the element. */
    min-height: 0 !important;
    scrollbar-gutter: stable;
    overscroll-behavior: contain;
  }
  lit-virtualizer:focus-visible {
    outline: none;
  }
  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 12px;
    padding: 48px 16px;
    text-align: center;
  }
`;

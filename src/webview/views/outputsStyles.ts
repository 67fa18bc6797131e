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
    margin-top: 6px;
  }
  .row {
    grid-template:
      'unit words bar value flips accuracy' auto / 52px minmax(120px, 2fr) minmax(90px, 1fr)
      68px 62px 72px;
    column-gap: 14px;
    min-height: 32px;
    padding: 4px 16px;
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
  :host([room='one']) .head {
    grid-template: 'unit bar value flips' auto / 36px minmax(60px, 1fr) 66px 56px;
  }
  :host([room='one']) .accuracy,
  :host([room='one']) .head .words {
    display: none;
  }
`;

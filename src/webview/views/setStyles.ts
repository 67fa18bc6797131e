import { css } from 'lit';

/** What the views over a whole probe set share: a row of choices, what it found in a line, and the place for it. */
export const setStyles = css`
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
    gap: 8px 14px;
    padding: 10px 16px 6px;
  }
  .tools ox-select {
    flex: 0 1 180px;
    min-width: 120px;
  }
  .field {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
  }
  .whole {
    --input-min-width: 0;
    width: 72px;
  }
  .word {
    --input-min-width: 0;
    width: 160px;
  }
  .wait {
    padding: 6px 16px;
  }
  .empty {
    max-width: 64ch;
    padding: 16px;
    line-height: 1.5;
  }
  .facts {
    padding: 4px 16px 8px;
    font-size: 12px;
    line-height: 1.5;
    overflow-wrap: anywhere;
  }
  .facts strong {
    font-size: 13px;
  }
  .notes {
    margin: 0;
    padding: 0 16px 8px 32px;
    font-size: 12px;
    line-height: 1.45;
    color: var(--muted);
  }
  .actions {
    display: inline-flex;
    margin-inline-start: auto;
    vertical-align: middle;
  }
`;

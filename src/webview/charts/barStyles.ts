import { css } from 'lit';

/** A strip of colours with its numbers below. */
export const barStyles = css`
  :host {
    display: block;
    font-size: 11px;
    color: var(--muted);
  }
  canvas {
    display: block;
    width: 100%;
    height: 8px;
    border-radius: 2px;
    border: 1px solid var(--edge);
    box-sizing: border-box;
  }
  div {
    display: flex;
    justify-content: space-between;
    font-variant-numeric: tabular-nums;
    margin-top: 1px;
  }
`;

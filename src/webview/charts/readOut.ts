import { css, html, type TemplateResult } from 'lit';
import type { Place } from './pointedPlace.js';

export const readOutStyles = css`
  .value {
    position: absolute;
    transform: translate(10px, -130%);
    padding: 1px 6px;
    border-radius: 3px;
    border: 1px solid var(--vscode-editorHoverWidget-border, var(--edge));
    color: var(--vscode-editorHoverWidget-foreground);
    background: var(--vscode-editorHoverWidget-background);
    font-size: 11px;
    line-height: 16px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    pointer-events: none;
    z-index: 1;
  }
  .value.left {
    transform: translate(calc(-100% - 10px), -130%);
  }
  .value.low {
    margin-top: 44px;
  }
`;

/** The value at a place of a map, beside it. */
export function readOut(
  value: string,
  { x, y }: Place,
  { width, height }: { width: number; height: number },
): TemplateResult {
  const place = `left: ${(100 * (x + 0.5)) / width}%; top: ${(100 * (y + 0.5)) / height}%`;
  const side = `${x > width * 0.6 ? ' left' : ''}${y < height * 0.15 ? ' low' : ''}`;
  return html`<span class=${`value${side}`} .style=${place} role="status"> ${value} at ${x}, ${y} </span>`;
}

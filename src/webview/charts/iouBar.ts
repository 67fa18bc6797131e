import { css, html, svg, type TemplateResult } from 'lit';
import type { IouEnd } from './iouScale.js';

export const iouBarStyles = css`
  .iou {
    display: block;
    width: 100%;
    height: 14px;
    overflow: visible;
  }
  .iou .track {
    fill: var(--track);
  }
  .iou .value {
    fill: var(--worth);
  }
  .iou .value.poor {
    fill: var(--quiet);
  }
  .iou .floor-edge {
    fill: var(--bar-ground, var(--vscode-editor-background));
  }
  .iou .floor {
    fill: var(--chance);
  }
  .iou .frame {
    fill: none;
    stroke: var(--edge);
  }
`;

/**
 * IoU as a bar, with the chance floor as a tick on it. The number stands beside it, so the bar is silent.
 *
 * @param iou [0, 1]
 * @param floor [0, 1]
 * @param end where the bar ends
 */
export function iouBar(iou: number, floor: number, end: IouEnd): TemplateResult {
  const poor = iou <= floor;
  const along = (value: number) => `${(Math.min(value / end, 1) * 100).toFixed(2)}%`;
  const tick = along(floor);
  return html`<svg class="iou" aria-hidden="true">
    ${svg`<rect class="track" y="4" width="100%" height="6" rx="1.5" /><rect
      class=${poor ? 'value poor' : 'value'} y="4" width=${along(iou)} height="6" rx="1.5" /><rect
      class="frame" y="4" width="100%" height="6" rx="1.5" /><rect
      class="floor-edge" x=${tick} y="1" width="4" height="12" transform="translate(-2 0)" /><rect
      class="floor" x=${tick} y="1" width="2" height="12" transform="translate(-1 0)" />`}
  </svg>`;
}

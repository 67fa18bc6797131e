import { css, html, svg, type TemplateResult } from 'lit';

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

/** IoU in [0, 1] as a bar, with the chance floor as a tick on it. The number stands beside it, so the bar is silent. */
export function iouBar(iou: number, floor: number): TemplateResult {
  const poor = iou <= floor;
  const tick = `${(Math.min(floor, 1) * 100).toFixed(2)}%`;
  return html`<svg class="iou" aria-hidden="true">
    ${svg`<rect class="track" y="4" width="100%" height="6" rx="1.5" /><rect
      class=${poor ? 'value poor' : 'value'} y="4" width=${`${(iou * 100).toFixed(2)}%`} height="6" rx="1.5" /><rect
      class="frame" y="4" width="100%" height="6" rx="1.5" /><rect
      class="floor-edge" x=${tick} y="1" width="4" height="12" transform="translate(-2 0)" /><rect
      class="floor" x=${tick} y="1" width="2" height="12" transform="translate(-1 0)" />`}
  </svg>`;
}

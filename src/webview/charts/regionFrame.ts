import { css, nothing, svg, html, type TemplateResult } from 'lit';
import type { Rectangle } from '../../shared/engineApi.js';
import type { Place } from './pointedPlace.js';

export const regionFrameStyles = css`
  .frame {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    pointer-events: none;
  }
  .frame rect {
    fill: none;
    vector-effect: non-scaling-stroke;
  }
  .frame .rim {
    stroke: rgb(0 0 0 / 0.7);
    stroke-width: 4;
  }
  .frame .line {
    stroke: white;
    stroke-width: 1.5;
    stroke-dasharray: 6 4;
  }
`;

/** A rectangle over a picture: a light broken line on a dark one, seen on any ground. */
export function regionFrame(
  region: Rectangle | null,
  { width, height }: { width: number; height: number },
): TemplateResult | typeof nothing {
  if (!region) return nothing;
  const { x, y } = region;
  const [wide, high] = [Math.min(region.width, width - x), Math.min(region.height, height - y)];
  return html`<svg class="frame" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
    ${['rim', 'line'].map((of) => svg`<rect class=${of} x=${x} y=${y} width=${Math.max(wide, 0)} height=${Math.max(high, 0)} />`)}
  </svg>`;
}

/** The rectangle that two places span, both of them inside. */
export const spanned = (a: Place, b: Place): Rectangle => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x) + 1,
  height: Math.abs(a.y - b.y) + 1,
});

import { css, html, svg, type TemplateResult } from 'lit';

const width = 76;
const height = 26;

export const sparklineStyles = css`
  .spark {
    display: block;
    width: ${width}px;
    height: ${height}px;
    overflow: visible;
  }
  .spark .below {
    fill: var(--quiet);
  }
  .spark .firing {
    fill: var(--accent);
  }
`;

/**
 * A unit's activations as bars one glance wide; the bars above the threshold in the accent colour.
 *
 * @param bars   heights 0..255
 * @param firing index of the first bar above the threshold
 */
export function sparkline(bars: Uint8Array, firing: number): TemplateResult {
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    ${svg`<path class="below" d=${barPath(bars, 0, firing)} /><path class="firing" d=${barPath(bars, firing, bars.length)} />`}
  </svg>`;
}

function barPath(bars: Uint8Array, from: number, to: number): string {
  const step = width / bars.length;
  const wide = Math.max(step - 0.8, 0.6).toFixed(2);
  let path = '';
  for (let i = from; i < to; i++) {
    if (bars[i] === 0) continue;
    // Whatever occurred at all is seen, be it ever so seldom.
    const tall = Math.max((bars[i] / 255) * height, 1.2);
    path += `M${(i * step).toFixed(2)} ${height}v${-tall.toFixed(2)}h${wide}v${tall.toFixed(2)}z`;
  }
  return path;
}

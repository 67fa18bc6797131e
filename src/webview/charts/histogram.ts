import { scaleLinear, scaleSqrt } from 'd3-scale';
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { amount, count, percent } from '../text/numbers.js';
import { firingCounts } from './firingCounts.js';

export const histogramStyles = css`
  .histogram {
    display: block;
    width: 100%;
    overflow: visible;
  }
  .histogram .below {
    fill: var(--quiet);
  }
  .histogram .firing {
    fill: var(--accent);
  }
  .histogram .cut {
    fill: none;
    stroke: var(--pane, var(--vscode-editor-background));
    stroke-width: 1.5;
  }
  .histogram .axis {
    stroke: var(--track);
  }
  .histogram .grid {
    stroke: var(--track);
    stroke-dasharray: 1 3;
  }
  .histogram .threshold {
    stroke: var(--chance);
    stroke-width: 1.5;
  }
  .histogram text {
    fill: var(--muted);
    font-size: 10px;
    font-variant-numeric: tabular-nums;
  }
  .histogram text.named {
    fill: var(--vscode-foreground);
    paint-order: stroke;
    stroke: var(--pane, var(--vscode-editor-background));
    stroke-width: 3px;
    stroke-linejoin: round;
  }
`;

export interface HistogramData {
  edges: number[];
  counts: number[];
  threshold: number | null;
  fireRate: number;
}

const plotHeight = 92;
const top = 16;
const left = 30;

/**
 * The count at the top of the chart. One bin may tower over the others (a ReLU is zero nearly everywhere): it is cut off,
 * with its count written beside it, so that the others can be seen.
 */
function heightOf(counts: number[]): { highest: number; cut: number | null } {
  const [first = 1, second = 0] = [...counts].sort((a, b) => b - a);
  return second > 0 && first > 16 * second
    ? { highest: 4 * second, cut: first }
    : { highest: Math.max(first, 1), cut: null };
}

/**
 * The distribution of a unit's activations over all positions. Heights are square roots of counts, as the axis says: next
 * to the thousands of positions at which a ReLU is zero, the few at which it fires would not be seen.
 *
 * @param width in CSS pixels
 */
export function histogram({ edges, counts, threshold, fireRate }: HistogramData, width: number): TemplateResult {
  const right = width - 4;
  const first = edges[0];
  const last = edges[edges.length - 1];
  const x = scaleLinear([first, last > first ? last : first + 1], [left, right]);
  const { highest, cut } = heightOf(counts);
  const y = scaleSqrt([0, highest], [top + plotHeight, top]).clamp(true);
  const firing = firingCounts(edges, counts, threshold, fireRate);
  const path = (heights: number[]) =>
    heights
      .map((number, i) => {
        if (number === 0) return '';
        const from = x(edges[i]);
        const step = x(edges[i + 1]) - from;
        const wide = Math.max(step - (step > 3 ? 1 : 0.2), 0.5);
        const peak = Math.min(y(number), top + plotHeight - 1);
        return `M${from.toFixed(2)} ${top + plotHeight}V${peak.toFixed(2)}h${wide.toFixed(2)}V${top + plotHeight}z`;
      })
      .join('');
  const ticks = x.ticks(Math.max(2, Math.floor((right - left) / 60)));
  const levels = y.ticks(3).filter((level) => level > 0 && Number.isInteger(level)).slice(-3); // prettier-ignore
  const bottom = top + plotHeight;
  return html`<svg
    class="histogram"
    viewBox="0 0 ${width} ${bottom + 16}"
    height=${bottom + 16}
    role="img"
    aria-label=${histogramWords({ edges, counts, threshold, fireRate })}
  >
    ${levels.map(
      (level) => svg`<line class="grid" x1=${left} x2=${right} y1=${y(level)} y2=${y(level)} />
        <text x=${left - 4} y=${y(level) + 3} text-anchor="end">${short(level)}</text>`,
    )}
    ${svg`<path class="below" d=${path(counts)} /><path class="firing" d=${path(firing)} />
      <line class="axis" x1=${left} x2=${right} y1=${bottom + 0.5} y2=${bottom + 0.5} />`}
    ${cut === null ? nothing : cutMark(x(edges[counts.indexOf(cut)]), x(edges[counts.indexOf(cut) + 1]), cut)}
    ${ticks.map((tick) => svg`<text x=${x(tick)} y=${bottom + 12} text-anchor=${anchor(x(tick), left, right)}>${amount(tick)}</text>`)}
    ${threshold === null || threshold < first || threshold > last ? nothing : thresholdMark(x(threshold), threshold, left, right, bottom)}
  </svg>`;
}

/** Two strokes across the bar that is cut off, and how high it would be. */
function cutMark(from: number, to: number, count: number): TemplateResult {
  const at = top + 12;
  const across = (y: number) => `M${from - 3} ${y + 2}L${to + 3} ${y - 2}`;
  return svg`<path class="cut" d=${across(at) + across(at + 4)} />
    <text x=${to + 6} y=${top + 9}>${amount(count)} here</text>`;
}

function thresholdMark(at: number, threshold: number, from: number, to: number, bottom: number): TemplateResult {
  const room = to - at > 96;
  return svg`<line class="threshold" x1=${at} x2=${at} y1="4" y2=${bottom} />
    <text class="named" x=${room ? at + 5 : at - 5} y="11" text-anchor=${room || at - from < 96 ? 'start' : 'end'}>fires above ${amount(threshold)}</text>`;
}

const anchor = (at: number, left: number, right: number) =>
  at < left + 8 ? 'start' : at > right - 12 ? 'end' : 'middle';

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(value);
}

export function histogramWords({ edges, threshold, fireRate }: HistogramData): string {
  const range = `Activations from ${amount(edges[0])} to ${amount(edges[edges.length - 1])}`;
  return threshold === null
    ? `${range}.`
    : `${range}; fires above ${amount(threshold)}, at ${percent(fireRate)} of positions.`;
}

/** The same numbers as a table, for whoever can't see or doesn't trust the bars. Empty bins are left out. */
export function histogramTable({ edges, counts, threshold, fireRate }: HistogramData): TemplateResult {
  const firing = firingCounts(edges, counts, threshold, fireRate);
  return html`<table>
    <caption class="unseen">
      Activations
    </caption>
    <thead>
      <tr>
        <th scope="col">from</th>
        <th scope="col">to</th>
        <th scope="col">positions</th>
        <th scope="col">of them fire</th>
      </tr>
    </thead>
    <tbody>
      ${counts.map((number, i) =>
        number === 0
          ? nothing
          : html`<tr>
              <td>${amount(edges[i])}</td>
              <td>${amount(edges[i + 1])}</td>
              <td>${count(number)}</td>
              <td>${count(firing[i])}</td>
            </tr>`,
      )}
    </tbody>
  </table>`;
}

import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import type { ColumnEffect } from '../../shared/engineApi.js';
import { visible } from '../text/names.js';
import { amount } from '../text/numbers.js';

export const effectChartStyles = css`
  .effect svg {
    display: block;
    width: 100%;
    height: 44px;
    overflow: visible;
  }
  .effect .curve {
    fill: none;
    stroke: var(--accent);
    stroke-width: 1.5;
    vector-effect: non-scaling-stroke;
  }
  .effect .threshold {
    stroke: var(--chance);
    stroke-dasharray: 3 2;
    vector-effect: non-scaling-stroke;
  }
  .effect .here {
    stroke: var(--quiet);
    vector-effect: non-scaling-stroke;
  }
  .effect .base {
    stroke: var(--track);
    vector-effect: non-scaling-stroke;
  }
`;

const width = 100;
const height = 44;

/** Smallest and largest activation over all columns, so that their charts share one scale and can be compared. */
export function activationRange(effects: ColumnEffect[], threshold: number | null): [number, number] {
  const [low, high] = extent(effects.flatMap(({ activations }) => activations).filter(Number.isFinite));
  const ends = [low ?? 0, high ?? 1, ...(threshold === null ? [] : [threshold])];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  return from < to ? [from, to] : [from - 0.5, to + 0.5];
}

/** How the activation answers when one column changes and the others stay: a line, the threshold, the sample's own place. */
export function effectChart(
  { column, at, values, activations }: ColumnEffect,
  range: [number, number],
  threshold: number | null,
): TemplateResult {
  const [from = 0, to = 1] = extent(values);
  const x = scaleLinear([from, to > from ? to : from + 1], [0, width]);
  const y = scaleLinear(range, [height - 2, 2]);
  const path = line<number>()
    .defined((_, i) => Number.isFinite(activations[i]))
    .x((value) => x(value))
    .y((_, i) => y(activations[i]))(values);
  const words = `${visible(column)} from ${amount(from)} to ${amount(to)}: activation from ${amount(activations[0])} to ${amount(activations[activations.length - 1])}; here ${amount(at)}`;
  return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${words}>
    ${svg`<line class="base" x1="0" x2=${width} y1=${height - 0.5} y2=${height - 0.5} />
      ${threshold === null ? nothing : svg`<line class="threshold" x1="0" x2=${width} y1=${y(threshold)} y2=${y(threshold)} />`}
      <line class="here" x1=${x(at)} x2=${x(at)} y1="0" y2=${height} />
      <path class="curve" d=${path ?? ''} />`}
  </svg>`;
}

import { css, html, svg, type TemplateResult } from 'lit';
import type { LayerSummary } from '../../shared/panelProtocol.js';
import { count } from '../text/numbers.js';

export const worthBarStyles = css`
  .worth {
    display: block;
    width: 100%;
    height: 4px;
  }
  .worth .track {
    fill: var(--track);
  }
  .worth .explained {
    fill: var(--worth);
  }
  .worth .chance {
    fill: var(--chance);
  }
  .worth .silent {
    fill: var(--silent);
  }
  .worth .other {
    fill: var(--quiet);
  }
  @media (forced-colors: active) {
    .worth {
      forced-color-adjust: none;
    }
  }
`;

export const worthParts = [
  { key: 'explained', title: 'explained', of: (summary: LayerSummary) => summary.explained },
  { key: 'chance', title: 'no better than chance', of: (summary: LayerSummary) => summary.atChance },
  { key: 'silent', title: 'dead or constant', of: (summary: LayerSummary) => summary.silent },
  { key: 'other', title: 'rare or no match', of: (summary: LayerSummary) => summary.other },
] as const;

/** What a layer's units are worth, stacked: explained, no better than chance, dead or constant, the others. */
export function worthBar(summary: LayerSummary): TemplateResult {
  const shares = worthParts.map((part) => (summary.state === 'waiting' ? 0 : part.of(summary) / (summary.units || 1)));
  const starts = shares.map((_, i) => shares.slice(0, i).reduce((sum, share) => sum + share, 0));
  return html`<svg class="worth" aria-hidden="true">
    ${svg`<rect class="track" width="100%" height="4" rx="2" />`}
    ${worthParts.map(
      ({ key }, i) =>
        svg`<rect class=${key} x=${`${(starts[i] * 100).toFixed(2)}%`} width=${`${(shares[i] * 100).toFixed(2)}%`} height="4" />`,
    )}
  </svg>`;
}

/** The same in words, for screen readers and tooltips. */
export function worthWords(summary: LayerSummary): string {
  if (summary.state === 'waiting') return 'waiting';
  const parts = worthParts.map((part) => ({ title: part.title, units: part.of(summary) }));
  const said = parts.filter(({ units }) => units > 0).map(({ title, units }) => `${count(units)} ${title}`);
  return (summary.state === 'measured' ? ['labels under way', ...said] : said).join(', ');
}

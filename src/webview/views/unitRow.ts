import { css, html, nothing, type TemplateResult } from 'lit';
import type { LayerRows } from '../../shared/panelProtocol.js';
import { iouBar, iouBarStyles } from '../charts/iouBar.js';
import type { IouEnd } from '../charts/iouScale.js';
import { sparkline, sparklineStyles } from '../charts/sparkline.js';
import type { PictureCache } from '../state/pictureCache.js';
import { alwaysOn, wordsFor, type UnitKind } from '../state/unitKind.js';
import { percent, score } from '../text/numbers.js';
import { formula, labelText } from './formula.js';
import './unitPictures.js';

export const unitRowStyles = [
  iouBarStyles,
  sparklineStyles,
  css`
    .row {
      display: grid;
      grid-template: 'unit label worth spark fires pictures' 48px / 34px minmax(120px, 1fr) 128px 76px 44px auto;
      align-items: center;
      column-gap: 14px;
      width: 100%;
      padding: 0 16px 0 8px;
      border: 1px solid transparent;
      border-bottom-color: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
      cursor: pointer;
    }
    .row:not(.pictured) {
      grid-template: 'unit label worth spark fires' 48px / 34px minmax(120px, 1fr) 150px 76px 48px;
    }
    :host([roomy]) .row {
      grid-template-columns: 34px minmax(120px, 1fr) 240px 76px 44px auto;
    }
    :host([roomy]) .row:not(.pictured) {
      grid-template-columns: 34px minmax(120px, 1fr) 280px 76px 48px;
    }
    :host([compact]) .row {
      grid-template:
        'unit label label label pictures' minmax(24px, auto)
        '.    worth spark fires pictures' 24px / 30px minmax(80px, 1fr) 60px 40px auto;
      gap: 2px 10px;
      height: 74px;
      align-content: center;
    }
    :host([compact]) .row:not(.pictured) {
      grid-template:
        'unit label label label' minmax(24px, auto)
        '.    worth spark fires' 24px / 30px minmax(80px, 1fr) 76px 44px;
    }
    :host([compact]) .row .spark {
      width: 100%;
    }
    .row:hover {
      background: var(--vscode-list-hoverBackground);
    }
    .row[aria-selected='true'] {
      --bar-ground: var(--vscode-list-inactiveSelectionBackground);
      background: var(--vscode-list-inactiveSelectionBackground);
      color: var(--vscode-list-inactiveSelectionForeground, inherit);
      border-color: var(--vscode-contrastActiveBorder, transparent);
    }
    :focus-visible > .row[aria-selected='true'] {
      --bar-ground: var(--vscode-list-activeSelectionBackground);
      --muted: color-mix(in srgb, var(--vscode-list-activeSelectionForeground) 80%, transparent);
      background: var(--vscode-list-activeSelectionBackground);
      color: var(--vscode-list-activeSelectionForeground);
      outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
      outline-offset: -1px;
    }
    .unit {
      grid-area: unit;
      text-align: end;
      color: var(--muted);
    }
    .label {
      grid-area: label;
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      line-clamp: 2;
      max-height: 44px;
      line-height: 22px;
      overflow: hidden;
    }
    .row .chip {
      line-height: 18px;
    }
    .row .piece {
      vertical-align: baseline;
    }
    .quiet .label {
      color: var(--muted);
    }
    .quiet .chip {
      background: none;
      border-color: transparent;
      padding: 0;
    }
    .value {
      grid-area: worth;
      display: grid;
      grid-template-columns: 1fr 30px;
      align-items: center;
      gap: 10px;
    }
    .quiet .value {
      color: var(--muted);
    }
    .value .number {
      text-align: end;
    }
    .spark {
      grid-area: spark;
    }
    .fires {
      grid-area: fires;
      text-align: end;
      color: var(--muted);
      white-space: nowrap;
    }
    ox-unit-pictures {
      grid-area: pictures;
      --thumb: 34px;
    }
    :host([compact]) ox-unit-pictures {
      --thumb: 29px;
      display: grid;
      grid-template-columns: auto auto;
      align-self: center;
    }
    .says {
      font-size: 11px;
      white-space: nowrap;
    }
  `,
];

export interface RowView {
  rows: LayerRows;
  kinds: UnitKind[];
  layer: string;
  /** Where the bars of the IoUs end. */
  iouEnd: IouEnd;
  pictures: PictureCache;
  generation: number;
  /** Whether labels are still to come. */
  working: boolean;
  concepts: readonly string[];
  selected: number | null;
  /** How many rows the list has now. */
  count: number;
}

/** @param i index into the columns of `rows`; @param place index in the list as it is shown */
export function unitRow(view: RowView, i: number, place: number): TemplateResult {
  const { rows, kinds } = view;
  const unit = rows.units[i];
  const kind = kinds[i];
  const hasLabel = kind === 'explained' || kind === 'chance';
  const chosen = unit === view.selected;
  const { sparkBins } = rows;
  const bars = rows.sparks.subarray(i * sparkBins, (i + 1) * sparkBins);
  const pictured = rows.hasMaps;
  return html`<div
    role="option"
    id=${`unit-${unit}`}
    class=${`row${kind === 'explained' ? '' : ' quiet'}${pictured ? ' pictured' : ''}`}
    data-place=${place}
    aria-selected=${chosen}
    aria-posinset=${place + 1}
    aria-setsize=${view.count}
  >
    <span class="unit number"><span class="unseen">Neuron </span>${unit}<span class="unseen">: </span></span>
    <span class="label">${label(view, kind, i)}</span>
    <span
      class="value"
      title=${hasLabel ? `IoU ${score(rows.iou[i])}, chance ${score(rows.floor[i])}; the bar ends at ${view.iouEnd}` : nothing}
    >
      ${
        hasLabel
          ? html`${iouBar(rows.iou[i], rows.floor[i], view.iouEnd)}<span class="number"
                ><span class="unseen">. IoU </span>${score(rows.iou[i])}<span class="unseen"
                  >, chance ${score(rows.floor[i])}</span
                ></span
              >`
          : html`<span></span><span class="number muted" aria-hidden="true">–</span>`
      }
    </span>
    ${sparkline(bars, rows.sparkThreshold[i])}
    <span class="fires number"><span class="unseen">, fires at </span>${percent(rows.fireRate[i])}</span>
    ${
      pictured && kind !== 'dead' && kind !== 'constant'
        ? html`<ox-unit-pictures
            .pictures=${view.pictures}
            .layer=${view.layer}
            .unit=${unit}
            .generation=${view.generation}
          ></ox-unit-pictures>`
        : nothing
    }
  </div>`;
}

function label({ rows, working, concepts }: RowView, kind: UnitKind, i: number): TemplateResult {
  const always = rows.fireRate[i] >= alwaysOn ? html` <span class="says muted">always on</span>` : nothing;
  if (kind === 'pending') return html`${working ? 'waiting for its label' : wordsFor(kind, false)}${always}`;
  if (kind !== 'explained' && kind !== 'chance') return html`${wordsFor(kind, rows.saturated[i] === 1)}${always}`;
  const of = rows.formulas[i];
  return html`${of ? formula(of) : labelText(rows.labels[i] ?? '', concepts)}${
    kind === 'chance' ? html` <span class="says">no better than chance</span>` : nothing
  }${always}`;
}

import '@lit-labs/virtualizer';
import { LitElement, css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ShareRow } from '../state/shareRows.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { signed } from '../text/numbers.js';
import { bareCheckbox, icons, iconButton } from '../ui/index.js';
import { tableStyles } from './tableStyles.js';

/**
 * Components of an input with their shares as bars to both sides of 0, the value beside each. `choose` tells a component
 * that was ticked to be summed with others, `part` a sum that is to be taken apart.
 */
@customElement('ox-shares')
export class Shares extends LitElement {
  static override styles = [
    base,
    tableStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      .row {
        grid-template-columns: var(--mark, 0) minmax(80px, 1.2fr) var(--held, 0) minmax(90px, 2fr) 76px;
        column-gap: 12px;
        min-height: 28px;
        padding: 2px 16px;
      }
      :host([ticked]) {
        --mark: 20px;
      }
      /* Names begin where they do in other lists, not behind a column that is empty. */
      :host(:not([ticked])) .row {
        padding-inline-start: 4px;
      }
      :host([held]) {
        --held: minmax(56px, 0.7fr);
      }
      lit-virtualizer {
        min-height: 120px !important;
      }
      .name {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .sum .name {
        font-weight: 600;
      }
      .value,
      .held {
        text-align: end;
      }
      svg.bars {
        display: block;
        width: 100%;
        height: 12px;
      }
      .track {
        fill: var(--quiet);
      }
      .positive {
        fill: var(--vscode-charts-red);
      }
      .negative {
        fill: var(--vscode-charts-blue);
      }
      vscode-checkbox {
        display: flex;
        margin: 0;
      }
      :host([narrow]) .row {
        column-gap: 8px;
        padding-inline: 10px;
        grid-template-columns: var(--mark, 0) minmax(70px, 1.4fr) var(--held, 0) minmax(60px, 1fr) 66px;
      }
      :host([narrow]:not([ticked])) .row {
        padding-inline-start: 8px;
      }
    `,
  ];

  @property() label = '';
  /** What a component is called, and what stands in the column of values. */
  @property() heading = 'Component';
  @property() valueHeading = 'Share';
  /** What the input holds is a column of its own. */
  @property({ type: Boolean, reflect: true }) held = false;
  @property({ attribute: false }) rows: readonly ShareRow[] = [];
  /** Names of those that are ticked; null: they can't be. */
  @property({ attribute: false }) chosen: ReadonlySet<string> | null = null;

  override render() {
    const { rows } = this;
    this.toggleAttribute('ticked', this.chosen !== null);
    const most = rows.reduce((largest, { value }) => Math.max(largest, Math.abs(value)), 0) || 1;
    return html`<div class="table" role="table" aria-label=${this.label} aria-rowcount=${rows.length + 1}>
      <div role="rowgroup">
        <div class="row head" role="row" aria-rowindex="1">
          <span role="columnheader"><span class="unseen">Sum</span></span>
          <span role="columnheader">${this.heading}</span>
          <span role="columnheader" class="held"
            >${this.held ? 'In the input' : html`<span class="unseen">In the input</span>`}</span
          >
          <span role="columnheader">${this.valueHeading}</span>
          <span role="columnheader" class="value"><span class="unseen">As a number</span></span>
        </div>
      </div>
      <lit-virtualizer
        scroller
        role="rowgroup"
        tabindex="0"
        aria-label=${this.label}
        .items=${rows as ShareRow[]}
        .keyFunction=${(row: ShareRow) => `${row.group} ${row.at}`}
        .renderItem=${(row: ShareRow, i: number) => this.#row(row, i, most)}
      ></lit-virtualizer>
    </div>`;
  }

  #row(row: ShareRow, i: number, most: number): TemplateResult {
    const { name, held, value, group } = row;
    const share = (50 * Math.abs(value)) / most;
    const from = `${(value < 0 ? 50 - share : 50).toFixed(2)}%`;
    return html`<div class=${`row${group === null ? '' : ' sum'}`} role="row" aria-rowindex=${i + 2}>
      <span role="cell">${this.#mark(row)}</span>
      <bdi class="name" role="cell">${visible(name)}</bdi>
      <span class="held number muted" role="cell">${held === null ? '' : visible(held)}</span>
      <span role="cell">
        <svg class="bars" aria-hidden="true">
          ${svg`<rect class=${value < 0 ? 'negative' : 'positive'} x=${from} width=${`${share.toFixed(2)}%`} y="1" height="10" rx="1" />
            <rect class="track" x="50%" width="1" height="12" />`}
        </svg>
      </span>
      <span class="value number" role="cell">${signed(value)}</span>
    </div>`;
  }

  #mark({ name, group }: ShareRow): TemplateResult | typeof nothing {
    const { chosen } = this;
    if (group !== null)
      return iconButton(icons.close, `Take the sum of ${name} apart`, () =>
        this.dispatchEvent(new CustomEvent('part', { detail: group })),
      );
    if (!chosen) return nothing;
    return bareCheckbox(`Sum ${visible(name)} with others`, chosen.has(name), () =>
      this.dispatchEvent(new CustomEvent('choose', { detail: name })),
    );
  }
}

import { deviation, mean } from 'd3-array';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ColumnEffect, SampleView } from '../../shared/engineApi.js';
import type { UnitExplanation } from '../../shared/results.js';
import { activationRange, effectChart, effectChartStyles } from '../charts/effectChart.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { amount } from '../text/numbers.js';
import { spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';

/** States: the rows of the table that excite the unit most, and what changes when one column of such a row changes. */
@customElement('ox-strongest-rows')
export class StrongestRows extends LitElement {
  static override styles = [
    base,
    problemStyles,
    effectChartStyles,
    css`
      .table {
        margin-top: 6px;
        border: 1px solid var(--line);
        border-radius: 3px;
        max-height: 190px;
      }
      table {
        border-collapse: collapse;
        width: 100%;
        font-size: 12px;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      th,
      td {
        padding: 2px 6px;
        text-align: end;
        font-weight: 400;
      }
      thead th {
        position: sticky;
        top: 0;
        color: var(--muted);
        background: var(--pane, var(--vscode-editor-background));
        max-width: 84px;
        vertical-align: bottom;
        white-space: normal;
        z-index: 1;
      }
      th:first-child {
        position: sticky;
        left: 0;
        background: var(--pane, var(--vscode-editor-background));
      }
      thead th:first-child {
        z-index: 2;
      }
      th:first-child {
        text-align: start;
      }
      .typical {
        color: var(--muted);
      }
      .typical + tr:not(.typical) > * {
        border-top: 1px solid var(--line);
      }
      tr[aria-current='true'] > * {
        background: var(--vscode-list-inactiveSelectionBackground);
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
      }
      .of {
        margin-top: 18px;
      }
      .remark {
        margin-top: 3px;
        font-size: 11px;
      }
      .effects {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
        gap: 10px 14px;
        margin-top: 8px;
      }
      .effect .name {
        display: flex;
        justify-content: space-between;
        gap: 6px;
        font-size: 11px;
      }
      .effect bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property() layer = '';
  @property({ attribute: false }) explanation!: UnitExplanation;
  @property({ attribute: false }) samples: SampleView[] = [];
  /** Which of the strongest the effects are shown for. */
  @state() private chosen = 0;
  readonly #effects = new Loading<ColumnEffect[]>(this);
  #unit = '';

  override render() {
    const { layer, explanation, store } = this;
    const unit = `${layer} ${explanation.unit}`;
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.chosen = 0;
    }
    const at = Math.min(this.chosen, explanation.top.length - 1);
    const { sample } = explanation.top[at];
    const columns = store.panel?.probe?.columns ?? [];
    const states = store.panel?.probe?.kind === 'states';
    if (states)
      this.#effects.load(JSON.stringify([layer, explanation.unit, sample, store.generation]), () =>
        store.host.call('columnEffect', { layer, unit: explanation.unit, sample }),
      );
    return html`<h3>Strongest inputs</h3>
      <div class="table scroll" tabindex="0" role="region" aria-label="Strongest inputs">
        ${this.#table(columns, at)}
      </div>
      ${states ? this.#changes(sample) : nothing}`;
  }

  #table(columns: string[], at: number): TemplateResult {
    const rows = this.explanation.top.map((strongest, i) => ({
      strongest,
      sample: this.samples[i] as SampleView | undefined,
    }));
    const named = rows.some(({ sample }) => sample?.values) ? columns : [];
    const values = (column: number) => rows.flatMap(({ sample }) => sample?.values?.[column] ?? []);
    return html`<table>
      <thead>
        <tr>
          <th scope="col">sample</th>
          <th scope="col">activation</th>
          ${named.map((column) => html`<th scope="col" title=${visible(column)}><bdi>${visible(column)}</bdi></th>`)}
        </tr>
      </thead>
      <tbody>
        ${
          named.length > 0 && rows.length > 1
            ? html`<tr class="typical" title="Mean over these rows">
                  <th scope="row">mean</th>
                  <td></td>
                  ${named.map((_, c) => html`<td>${amount(mean(values(c)) ?? NaN)}</td>`)}
                </tr>
                <tr class="typical" title="Standard deviation over these rows">
                  <th scope="row">±</th>
                  <td></td>
                  ${named.map((_, c) => html`<td>${amount(deviation(values(c)) ?? NaN)}</td>`)}
                </tr>`
            : nothing
        }
        ${rows.map(
          ({ strongest, sample }, i) =>
            html`<tr aria-current=${i === at ? 'true' : nothing}>
              <th scope="row">
                <button
                  class="link"
                  title="Show what changing one column does to this row"
                  @click=${() => (this.chosen = i)}
                >
                  <bdi>${visible(sample?.name ?? String(strongest.sample))}</bdi>
                </button>
              </th>
              <td>${amount(strongest.value)}</td>
              ${named.map((_, c) => html`<td>${amount(sample?.values?.[c] ?? NaN)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #changes(sample: number): TemplateResult | typeof nothing {
    const { value, error, pending } = this.#effects;
    if (!pending && !error && (value?.length ?? 0) === 0) return nothing;
    const { threshold } = this.explanation;
    const range = activationRange(value ?? [], threshold);
    const spread = ({ activations }: ColumnEffect) => Math.max(...activations) - Math.min(...activations);
    const effects = [...(value ?? [])].sort((a, b) => spread(b) - spread(a));
    return html`<h3 class="of">If one column changes</h3>
      <p class="remark muted">
        Row ${sample}, all else kept. Activation over the column's range; dashed: the threshold; upright: the row's own
        value.
      </p>
      ${error ? problem(error) : nothing} ${pending ? spinner('Changing columns') : nothing}
      <div class="effects">
        ${effects.map(
          (effect) =>
            html`<div class="effect">
              <div class="name">
                <bdi title=${visible(effect.column)}>${visible(effect.column)}</bdi>
                <span class="number muted">${amount(effect.at)}</span>
              </div>
              ${effectChart(effect, range, threshold)}
            </div>`,
        )}
      </div>`;
  }
}

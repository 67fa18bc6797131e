import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CauseTrial, UnitCause } from '../../shared/effects.js';
import type { FoundCause, PanelError } from '../../shared/panelProtocol.js';
import { iouBar, iouBarStyles } from '../charts/iouBar.js';
import { panelError } from '../protocol/index.js';
import { amountChoices, amountOf, amountValue } from '../state/howMany.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { amount, count, counted, percent } from '../text/numbers.js';
import { button, select } from '../ui/index.js';
import './job.js';
import { problem, problemStyles } from './problem.js';

const ways: Record<UnitCause['trials'][number]['kind'], string> = {
  'columns changed': 'Columns changed',
  'mean colour': 'Places filled, mean colour',
  'blurred surroundings': 'Places filled, blurred',
};

const caseChoices = amountChoices([50, 200, 1000], 'cases', 'Up to ');

/** Whether the label causes the firing: asked for by a button, because the model has to run again. */
@customElement('ox-cause')
export class CauseCheck extends LitElement {
  static override styles = [
    base,
    problemStyles,
    iouBarStyles,
    css`
      .remark,
      .note {
        margin-top: 4px;
        font-size: 12px;
        line-height: 1.4;
      }
      .ask {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
      }
      .ask ox-select {
        min-width: 110px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(0, 1.2fr) minmax(60px, 1fr) auto;
        align-items: center;
        gap: 2px 10px;
        margin: 8px 0 0;
      }
      dt,
      dd {
        margin: 0;
      }
      .way {
        grid-column: 1 / -1;
        margin-top: 6px;
        font-size: 12px;
      }
      .number {
        text-align: end;
        white-space: nowrap;
      }
      .table {
        margin-top: 8px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 12px;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 2px 6px 2px 0;
        text-align: start;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      thead th {
        color: var(--muted);
      }
      td:last-child,
      th:last-child {
        padding: 2px 0;
        text-align: end;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property() layer = '';
  @property({ type: Number }) unit = 0;
  @state() private running = false;
  @state() private error: PanelError | null = null;
  @state() private found: (FoundCause & { key: string }) | null = null;
  /** What was found before the page was loaded, or in another panel. */
  readonly #before = new Loading<FoundCause | null>(this);
  #asked = '';

  constructor() {
    super();
    new StoreController(this);
  }

  get #key(): string {
    return JSON.stringify([this.layer, this.unit, this.store.generation]);
  }

  override render() {
    if (this.#asked !== '' && this.#asked !== this.#key) {
      // Another neuron: what was found of the last one is not about this one.
      if (this.running) void this.store.act('cancelJob', { job: 'cause' });
      this.#asked = '';
      this.running = false;
      this.error = null;
    }
    const { layer, unit, store } = this;
    this.#before.load(this.#key, () => store.host.call('foundCause', { layer, unit }));
    const found = this.found?.key === this.#key ? this.found : this.#before.value;
    const again = found !== null && found.cases !== store.view.cause.cases;
    return html`<h3>Does the label cause the firing?</h3>
      ${this.error ? problem(this.error) : nothing}
      ${
        this.running
          ? html`<ox-job .store=${this.store} job="cause" label="Checking the cause"></ox-job>`
          : html`${found ? this.#result(found.cause) : html`<p class="remark muted">${this.#what()}</p>`}
              <div class="ask">
                ${found && !again ? nothing : button(found ? 'Check again' : 'Check the cause', () => void this.#ask())}
                ${select({
                  label: 'Cases to check',
                  value: amountValue(store.view.cause.cases),
                  choices: caseChoices,
                  onChange: (value) => store.setView({ cause: { cases: amountOf(value) } }),
                })}
              </div>`
      }`;
  }

  #what(): string {
    return this.store.panel?.probe?.kind === 'states'
      ? 'Changes only the columns that the label names, as little as makes it false, and runs the model again.'
      : 'Fills the places where the label holds, and runs the model again.';
  }

  async #ask(): Promise<void> {
    const key = this.#key;
    this.#asked = key;
    this.running = true;
    this.error = null;
    try {
      const { cases } = this.store.view.cause;
      const cause = await this.store.host.call('cause', { layer: this.layer, unit: this.unit, cases });
      if (cause && key === this.#asked) this.found = { key, cause, cases };
    } catch (error) {
      if (key === this.#asked) this.error = panelError(error);
    }
    if (key === this.#asked) this.running = false;
  }

  #result(cause: UnitCause): TemplateResult {
    if (cause.reason !== null) return html`<p class="remark">Not checked: ${cause.reason}.</p>`;
    const [first] = cause.trials;
    const isRows = first.kind === 'columns changed';
    return html`<dl>
        ${cause.trials.map(
          ({ kind, formula, control }) =>
            html`<dt class="way muted">
                ${ways[kind]} in ${counted(formula.cases, 'case')}
                (${isRows ? `${amount(formula.amount ?? 0)} deviations` : percent(formula.amount ?? 0)} on average)
              </dt>
              ${this.#share('Stops firing', formula.stops, control)}
              ${formula.decisions === null ? nothing : this.#share('Decision changes', formula.decisions, { ...control, stops: control.decisions })}`,
        )}
      </dl>
      <p class="note muted">
        Ticks: the same
        ${isRows ? `with ${counted(cause.controls, 'random formula')} of the same form` : 'shape filled elsewhere'}.
        ${first.control.cases === 0 ? 'There was nothing to compare with.' : ''}
      </p>
      ${isRows ? this.#examples(cause) : nothing}`;
  }

  #share(name: string, value: number | null, control: CauseTrial): TemplateResult {
    const chance = control.stops;
    const said = `${percent(value ?? NaN)}${chance === null ? '' : `, control ${percent(chance)}`}`;
    return html`<dt>${name}</dt>
      <dd title=${said}>${iouBar(value ?? 0, chance ?? 0, 1)}</dd>
      <dd class="number"><strong>${percent(value ?? NaN)}</strong> <span class="muted">${chance === null ? '' : html`<span class="unseen">control</span> ${percent(chance)}`}</span></dd>`; // prettier-ignore
  }

  #examples({ examples }: UnitCause): TemplateResult | typeof nothing {
    if (examples.length === 0) return nothing;
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">row</th>
            <th scope="col">change</th>
            <th scope="col">activation</th>
          </tr>
        </thead>
        <tbody>
          ${examples.map(
            ({ sample, before, after, changes }) =>
              html`<tr>
                <th scope="row">${count(sample)}</th>
                <td>
                  ${changes.map(({ column, from, to }) => html`<div><bdi>${visible(column)}</bdi> ${amount(from)} → ${amount(to)}</div>`)}
                </td>
                <td>${amount(before)} → ${amount(after)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

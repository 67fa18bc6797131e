import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DecisionReasons, MapJudgement, MapResult } from '../../shared/engineApi.js';
import type { MapCall } from '../../shared/panelProtocol.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { percent, score } from '../text/numbers.js';
import { button, spinner } from '../ui/index.js';
import { formula } from './formula.js';
import { problem, problemStyles } from './problem.js';

/** Below the map: why the class is what it is, neuron by neuron, and whether the map is right. */
@customElement('ox-map-worth')
export class MapWorth extends LitElement {
  static override styles = [
    base,
    problemStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(260px, 1fr));
        gap: 16px 32px;
        max-width: 900px;
        margin: 16px auto 0;
      }
      h3 {
        margin: 0 0 6px;
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 48px minmax(0, 1fr);
        gap: 10px;
        line-height: 1.5;
      }
      li > .number {
        text-align: end;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th {
        font-size: 11px;
        font-weight: normal;
        color: var(--muted);
        text-align: start;
      }
      th,
      td {
        padding: 2px 12px 2px 0;
      }
      th:not(:first-child),
      td:not(:first-child) {
        text-align: end;
      }
      .worse {
        color: var(--muted);
      }
      .note {
        margin: 6px 0 0;
        font-size: 12px;
        line-height: 1.45;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) call!: MapCall;
  @property({ attribute: false }) map!: MapResult;
  readonly #judged = new Loading<MapJudgement>(this);
  readonly #reasons = new Loading<DecisionReasons>(this);
  /** For which map the user asked. */
  #asked = '';
  #why = '';

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const method = this.store.panel?.methods.find(({ name }) => name === this.call.method);
    if (!method || method.name === 'activation') return nothing;
    const key = JSON.stringify([this.call, this.store.generation]);
    return html`${this.map.layers.length === 1 ? this.#because(key) : nothing}
    ${method.isAttribution ? nothing : this.#worth(key)}`;
  }

  #because(key: string): TemplateResult {
    const { store, call, map } = this;
    const layer = map.layers[0];
    const asked = this.#why === key;
    if (asked)
      this.#reasons.load(key, () =>
        store.host.call('reasons', { input: call.input, layer, class: map.class ?? map.top[0]?.class ?? null }),
      );
    const { value, error, pending } = this.#reasons;
    return html`<section>
      <h3>Why this class</h3>
      ${
        !asked
          ? button('Name the neurons', () => this.#ask('why', key), {
              title: 'Which neurons of this layer spoke for the class, by their labels',
            })
          : pending
            ? spinner('Weighing neurons')
            : error
              ? problem(error)
              : value
                ? this.#units(value)
                : nothing
      }
    </section>`;
  }

  #units({ units, layer }: DecisionReasons): TemplateResult {
    if (units.length === 0) return html`<p class="muted">No neuron of this layer speaks for the class.</p>`;
    const explained = this.store.panel?.layers.some((summary) => summary.layer.name === layer);
    const rows = explained ? this.store.tables.get(layer).rows : null;
    return html`<p class="note muted">
        Shares of what speaks for it in ${visible(this.store.title(layer))}, by Grad-CAM’s weights
      </p>
      <ol>
        ${units.map(({ unit, share }) => {
          const at = rows?.units.indexOf(unit) ?? -1;
          const said = rows && at >= 0 ? rows.formulas[at] : null;
          return html`<li>
            <span class="number">${percent(share)}</span>
            <span
              >${said ? formula(said) : nothing}
              <button
                class="link"
                ?disabled=${at < 0}
                @click=${() => this.store.setView({ tab: 'neurons', layer, unit, detailOpen: true })}
              >
                neuron ${unit}
              </button></span
            >
          </li>`;
        })}
      </ol>`;
  }

  #worth(key: string): TemplateResult {
    const { store, call } = this;
    const asked = this.#asked === key;
    if (asked) this.#judged.load(key, () => store.host.call('judge', call));
    const { value, error, pending } = this.#judged;
    return html`<section>
      <h3>Is this map right?</h3>
      ${
        !asked
          ? button('Measure', () => this.#ask('worth', key), {
              title: 'Deletion, insertion, ROAD and average drop, beside a map by chance; takes several hundred runs',
            })
          : pending
            ? spinner('Deleting and inserting pixels')
            : error
              ? problem(error)
              : value
                ? judgement(value)
                : nothing
      }
    </section>`;
  }

  #ask(what: 'why' | 'worth', key: string): void {
    if (what === 'why') this.#why = key;
    else this.#asked = key;
    this.requestUpdate();
  }
}

function judgement({ metrics }: MapJudgement): TemplateResult {
  return html`<table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">this map</th>
          <th scope="col">by chance</th>
        </tr>
      </thead>
      <tbody>
        ${metrics.map(({ title, shows, better, value, control }) => {
          const isBetter =
            value !== null && control !== null && (better === 'higher' ? value > control : value < control);
          return html`<tr title=${shows}>
            <td>${title} <span class="muted">${better === 'higher' ? '↑' : '↓'}</span></td>
            <td class=${`number${isBetter ? '' : ' worse'}`}>${value === null ? '–' : score(value)}</td>
            <td class="number muted">${control === null ? '–' : score(control)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p class="note muted">↑ higher is better, ↓ lower. Grey: no better than Random-CAM on this picture.</p>`;
}

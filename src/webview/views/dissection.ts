import { LitElement, css, html, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { detectorIou, type Dissection } from '../../shared/dissection.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { count, counted, score } from '../text/numbers.js';
import { select, spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';

const shownAtFirst = 60;

/** Network Dissection's summary: unique detectors per category, units per concept. */
@customElement('ox-dissection')
export class DissectionView extends LitElement {
  static override styles = [
    base,
    problemStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }
      .tools {
        padding: 4px 16px;
      }
      .tools ox-select {
        width: min(320px, 100%);
      }
      .body {
        flex: 1;
        min-height: 0;
        padding: 4px 16px 16px;
      }
      p {
        max-width: 72ch;
        line-height: 1.45;
      }
      h3 {
        margin: 14px 0 6px;
      }
      .panes {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 2fr);
        gap: 0 32px;
        align-items: start;
      }
      :host([room='one']) .panes {
        grid-template-columns: minmax(0, 1fr);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 3px 10px 3px 0;
        text-align: start;
        font-weight: 400;
        vertical-align: middle;
      }
      thead th {
        font-size: 11px;
        color: var(--muted);
      }
      .count {
        width: 64px;
        text-align: end;
      }
      .name {
        overflow-wrap: anywhere;
      }
      .chart {
        width: 34%;
        min-width: 50px;
      }
      svg {
        display: block;
        width: 100%;
        height: 10px;
      }
      .track {
        fill: var(--track);
      }
      .value {
        fill: var(--worth);
      }
      .unique {
        fill: var(--accent);
      }
      .below {
        display: none;
        font-size: 11px;
      }
      :host([room='one']) .below {
        display: block;
      }
      :host([room='one']) .beside {
        display: none;
      }
      .empty {
        padding: 24px 16px;
      }
      button.link {
        text-align: start;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @state() private all = false;
  readonly #dissection = new Loading<Dissection>(this);

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const { layer } = store.view;
    const layers = store.panel?.layers ?? [];
    this.setAttribute('room', store.room);
    if (layer === null || layers.length === 0)
      return html`<p class="empty muted">
        Explain the neurons first: then the concepts that they detect are counted here.
      </p>`;
    const version = store.tables.get(layer).version;
    this.#dissection.load(
      JSON.stringify([layer, store.generation, version]),
      () => store.host.call('dissection', { layer }),
      true,
    );
    const { value, error } = this.#dissection;
    return html`<div class="tools">
        ${select({
          label: 'Layer',
          keepEnd: true,
          value: layer,
          choices: layers.map((one) => ({
            value: one.layer.name,
            title: `${store.title(one.layer.name)} · ${count(one.units)}`,
          })),
          onChange: (name) => store.selectLayer(name),
        })}
      </div>
      <div class="body scroll" tabindex="0" role="region" aria-label="Detectors">
        ${error ? problem(error) : value ? this.#summary(value) : spinner('Counting detectors')}
      </div>`;
  }

  #summary({ units, detectors, unique, categories, concepts }: Dissection): TemplateResult {
    const said = html`<p>
      <strong>${counted(unique, 'unique detector')}</strong>: ${count(detectors)} of ${counted(units, 'neuron')} agree
      with a single concept at an IoU above ${detectorIou}${unique > 0 ? `, with ${count(unique)} different ones` : ''}
      <span class="muted">(Network Dissection)</span>.
    </p>`;
    if (unique === 0) return said;
    const mostUnique = Math.max(...categories.map((one) => one.unique));
    const mostUnits = concepts[0].units.length;
    const shown = this.all ? concepts : concepts.slice(0, shownAtFirst);
    return html`${said}
      <div class="panes">
        <section>
          <h3>Unique detectors per category</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">Category</th>
                <th scope="col" class="chart"><span class="unseen">Chart</span></th>
                <th scope="col" class="count">Unique</th>
                <th scope="col" class="count">Neurons</th>
              </tr>
            </thead>
            <tbody>
              ${categories.map(
                (one) =>
                  html`<tr>
                    <th scope="row" class="name"><bdi>${visible(one.category) || 'none'}</bdi></th>
                    <td class="chart">${bar(one.unique / mostUnique, 'unique')}</td>
                    <td class="count">${count(one.unique)}</td>
                    <td class="count">${count(one.detectors)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </section>
        <section>
          <h3>Neurons per concept</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">Concept</th>
                <th scope="col" class="beside">Category</th>
                <th scope="col" class="chart"><span class="unseen">Chart</span></th>
                <th scope="col" class="count">Neurons</th>
                <th scope="col" class="count">Best IoU</th>
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                (one) =>
                  html`<tr>
                    <th scope="row" class="name">
                      <button
                        class="link"
                        title=${`Neurons whose label names ${visible(one.concept)}`}
                        @click=${() => this.#show(one.concept)}
                      >
                        <bdi>${visible(one.concept)}</bdi>
                      </button>
                      <bdi class="below muted">${visible(one.category)}</bdi>
                    </th>
                    <td class="muted beside"><bdi>${visible(one.category)}</bdi></td>
                    <td class="chart">${bar(one.units.length / mostUnits, 'value')}</td>
                    <td class="count">${count(one.units.length)}</td>
                    <td class="count">${score(one.iou)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          ${
            shown.length < concepts.length
              ? html`<button class="link" @click=${() => (this.all = true)}>Show all ${count(concepts.length)}</button>`
              : ''
          }
        </section>
      </div>`;
  }

  #show(concept: string): void {
    this.store.setRows({ filter: concept, show: 'all' });
    this.store.setView({ tab: 'neurons', firstRow: 0 });
  }
}

/** A share of the longest; the number stands beside it. */
const bar = (share: number, kind: string): TemplateResult =>
  html`<svg aria-hidden="true">
    ${svg`<rect class="track" width="100%" height="10" rx="1.5" /><rect class=${kind} width=${`${(100 * share).toFixed(1)}%`} height="10" rx="1.5" />`}
  </svg>`;

import '@lit-labs/virtualizer';
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Layer, TensorInfo } from '../../shared/model.js';
import { worthBar, worthBarStyles, worthWords } from '../charts/worthBar.js';
import { layerRows, type LayerRow } from '../state/layerRows.js';
import { layerTimes } from '../state/layerTime.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import type { ModelSort } from '../state/viewState.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { count, counted } from '../text/numbers.js';
import { filterField, icons, iconButton, spinner } from '../ui/index.js';
import { layerTimeCell } from './layerTimeCell.js';
import { modelStyles } from './modelStyles.js';
import { tableStyles } from './tableStyles.js';
import './modelTimes.js';

/** `1 × 64 × 7 × 7`, with symbolic sizes by name and unknown ones as `?`. */
export function shapeText(shape: Layer['shape']): string {
  return shape === null ? 'unknown' : shape.map((size) => (size === null ? '?' : visible(String(size)))).join(' × ');
}

const columns: { sort: ModelSort; title: string; cell: string }[] = [
  { sort: 'layer', title: 'Layer', cell: 'layer' },
  { sort: 'operator', title: 'Operator', cell: 'operation' },
  { sort: 'order', title: 'Shape', cell: 'shape' },
  { sort: 'units', title: 'Neurons', cell: 'units' },
  { sort: 'parameters', title: 'Parameters', cell: 'parameters' },
  { sort: 'time', title: 'Time', cell: 'time' },
];

/** The Model tab: what the file says, and its layers as a table. */
@customElement('ox-model')
export class Model extends LitElement {
  static override styles = [base, worthBarStyles, tableStyles, modelStyles];

  @property({ attribute: false }) store!: Store;
  #rows: { of: unknown[]; rows: LayerRow[] } = { of: [], rows: [] };

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const structure = store.panel?.structure;
    this.setAttribute('room', store.room);
    if (!structure)
      return store.panel?.status.state === 'working'
        ? html`<div class="empty">${spinner('Reading the model')}</div>`
        : html`<p class="empty muted">The model could not be read.</p>`;
    const view = store.view.model;
    const timings = store.panel?.timings ?? null;
    const of = [structure, view, timings];
    if (of.some((value, i) => value !== this.#rows.of[i])) {
      const times = timings && layerTimes(timings);
      this.#rows = { of, rows: layerRows(structure.layers, (layer) => store.title(layer), view, times) };
    }
    const { rows } = this.#rows;
    this.toggleAttribute('timed', timings !== null);
    const total = structure.layers.length;
    return html`<dl class="facts">
        ${this.#tensors('Inputs', structure.inputs)} ${this.#tensors('Outputs', structure.outputs)}
        <div>
          <dt>Operator set</dt>
          <dd class="number">${structure.opset || 'none'}</dd>
        </div>
        <div>
          <dt>Producer</dt>
          <dd><bdi>${visible(structure.producer) || 'not said'}</bdi></dd>
        </div>
        <div>
          <dt>Parameters</dt>
          <dd class="number">${count(structure.parameters)}</dd>
        </div>
      </dl>
      <div class="tools">
        ${filterField({
          label: 'Filter layers by name or operator',
          placeholder: 'Filter by name or operator',
          value: view.filter,
          onInput: (filter) => store.setModel({ filter }),
        })}
        <span class="muted number" role="status"
          >${rows.length === total ? counted(total, 'layer') : `${count(rows.length)} of ${counted(total, 'layer')}`}</span
        >
      </div>
      <ox-model-times .store=${store}></ox-model-times>
      <div class="table" role="table" aria-label="Layers" aria-rowcount=${rows.length + 1}>
        <div role="rowgroup">
          <div class="row head" role="row" aria-rowindex="1">
            ${columns.filter(({ sort }) => sort !== 'time' || timings).map((column) => this.#head(column))}
            <span role="columnheader" class="worth-cell">Explained</span>
            <span role="columnheader" class="go"><span class="unseen">Code</span></span>
          </div>
        </div>
        <lit-virtualizer
          scroller
          role="rowgroup"
          tabindex="0"
          aria-label="Layers"
          .items=${rows}
          .keyFunction=${(row: LayerRow) => row.layer.name}
          .renderItem=${(row: LayerRow, i: number) => this.#row(row, i)}
        ></lit-virtualizer>
      </div>
      ${rows.length === 0 ? html`<p class="empty muted">${total === 0 ? 'This model has no layers.' : 'No layer fits the filter.'}</p>` : nothing}`;
  }

  #tensors(title: string, tensors: TensorInfo[]): TemplateResult {
    return html`<div class="tensors">
      <dt>${title}</dt>
      ${tensors.map(
        ({ name, type, shape }) =>
          html`<dd>
            <bdi>${visible(name)}</bdi> <span class="muted number">${visible(type)} ${shapeText(shape)}</span>
          </dd>`,
      )}
    </div>`;
  }

  #head({ sort, title, cell }: (typeof columns)[number]): TemplateResult {
    const { store } = this;
    const view = store.view.model;
    const sorted = view.sort === sort && sort !== 'order';
    if (sort === 'order') return html`<span role="columnheader" class=${cell}>${title}</span>`;
    const toggle = () => {
      // Third click: back to the order of the model.
      if (sorted && view.descending !== first(sort)) store.setModel({ sort: 'order', descending: false });
      else store.setModel({ sort, descending: sorted ? !view.descending : first(sort) });
    };
    return html`<span
      role="columnheader"
      class=${cell}
      aria-sort=${sorted ? (view.descending ? 'descending' : 'ascending') : nothing}
    >
      <button @click=${toggle}>
        ${title}<span aria-hidden="true">${sorted ? (view.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </span>`;
  }

  #row({ layer, title, time }: LayerRow, i: number): TemplateResult {
    const { store } = this;
    const explained = store.panel!.layers.find((summary) => summary.layer.name === layer.name);
    return html`<div class="row" role="row" aria-rowindex=${i + 2}>
      <span
        class="layer"
        role="cell"
        title=${`tensor ${visible(layer.name)}${layer.node ? `, node ${visible(layer.node)}` : ''}`}
      >
        ${
          explained
            ? html`<button
                class="link"
                @click=${() => store.setView({ tab: 'neurons', layer: layer.name, unit: null, firstRow: 0 })}
              >
                <bdi>${title}</bdi>
              </button>`
            : html`<bdi>${title}</bdi>`
        }
      </span>
      <bdi class="operation muted" role="cell">${visible(layer.op)}</bdi>
      <span class="shape number" role="cell">${shapeText(layer.shape)}</span>
      <span class="units number" role="cell">${layer.units === null ? '–' : count(layer.units)}</span>
      <span class="parameters number" role="cell">${count(layer.parameters)}</span>
      ${time ? layerTimeCell(time, (other) => store.title(other)) : nothing}
      <span class="worth-cell" role="cell" title=${explained ? worthWords(explained) : ''}>
        ${explained ? html`${worthBar(explained)}<span class="unseen">${worthWords(explained)}</span>` : nothing}
      </span>
      <span class="go" role="cell"
        >${iconButton(icons.code, `Go to code of ${title}`, () => void store.act('goToCode', { layer: layer.name }))}</span
      >
    </div>`;
  }
}

const first = (sort: ModelSort) => sort === 'units' || sort === 'parameters' || sort === 'time';

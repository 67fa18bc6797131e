import '@lit-labs/virtualizer';
import type { LitVirtualizer } from '@lit-labs/virtualizer';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { IouEnd } from '../charts/iouScale.js';
import {
  descendsFirst,
  orderRows,
  showTitles,
  sortTitles,
  type RowQuery,
  type ShowKey,
  type SortKey,
} from '../state/rowOrder.js';
import type { RowTable } from '../state/rowTables.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { longestFirst } from '../text/formulaTokens.js';
import { count, counted } from '../text/numbers.js';
import { button, filterField, select, spinner } from '../ui/index.js';
import { laidOut } from './laidOut.js';
import { TypeAhead, moved } from './listKeys.js';
import { problem, problemStyles } from './problem.js';
import { unitListStyles } from './unitListStyles.js';
import { unitRow, unitRowStyles } from './unitRow.js';

const choices = <K extends string>(titles: Record<K, string>) =>
  (Object.keys(titles) as K[]).map((value) => ({ value, title: titles[value] }));
const sortChoices = choices(sortTitles);
const showChoices = choices(showTitles);

const noRows: RowTable = { rows: null, index: null, error: null, version: 0 };

const iouHint =
  'Overlap of label and firing; the tick is what chance reaches. All bars of a layer end at the same IoU.';

/** Below this width a row takes two lines and its pictures a third. */
const compactBelow = 720;
/** From here on the bars grow longer. */
const roomyFrom = 960;

/** The units of the selected layer: filter, order, and the list itself, of which only what is in sight is drawn. */
@customElement('ox-unit-list')
export class UnitList extends LitElement {
  static override styles = [base, problemStyles, unitListStyles, ...unitRowStyles];

  @property({ attribute: false }) store!: Store;
  @property({ type: Boolean, reflect: true }) compact = false;
  @property({ type: Boolean, reflect: true }) roomy = false;
  #order: number[] = [];
  #orderOf: { table: RowTable | null; version: number; query: RowQuery | null } = {
    table: null,
    version: 0,
    query: null,
  };
  #concepts: { of: unknown; sorted: string[] } = { of: null, sorted: [] };
  readonly #typeAhead = new TypeAhead();
  /** Layer and query for which the scroll position was put back. */
  #placedFor = '';
  readonly #resized = new ResizeObserver(([entry]) => {
    this.compact = entry.contentRect.width < compactBelow;
    this.roomy = entry.contentRect.width > roomyFrom;
  });

  constructor() {
    super();
    new StoreController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#placedFor = '';
  }

  override render() {
    const { view } = this.store;
    if (view.layer === null) return nothing;
    // The host has no rows of a layer that is still to come.
    const waits = this.store.summary?.state === 'waiting';
    const table = waits ? noRows : this.store.tables.get(view.layer);
    this.#arrange(table);
    const total = table.rows?.units.length ?? this.store.summary?.units ?? 0;
    const all = counted(total, 'neuron');
    const found = table.rows && this.#order.length < total ? `${count(this.#order.length)} of ${all}` : all;
    return html`<div class="tools" role="toolbar" aria-label="Which neurons, in which order">
        ${filterField({
          label: 'Filter neurons by concept, number or status',
          placeholder: 'Filter by concept, number, status',
          value: view.rows.filter,
          onInput: (filter) => this.store.setRows({ filter }),
        })}
        ${select<SortKey>({
          label: 'Sort',
          prefix: this.compact ? '' : 'Sort:',
          value: view.rows.sort,
          choices: sortChoices,
          onChange: (sort) => this.store.setRows({ sort }),
        })}
        ${select<ShowKey>({
          label: 'Show',
          value: view.rows.show,
          choices: this.store.panel?.former
            ? showChoices
            : showChoices.filter(({ value }) => value !== 'changed' || view.rows.show === value),
          onChange: (show) => this.store.setRows({ show }),
        })}
        ${
          this.compact && table.index
            ? html`<span class="scale muted number" title=${iouHint}>IoU bars 0–${table.index.iouEnd}</span>`
            : nothing
        }
        <span class="found muted number" role="status">${found}</span>
      </div>
      ${table.rows ? this.#list(table) : this.#withoutRows(table)}`;
  }

  #withoutRows(table: RowTable): TemplateResult {
    if (table.error) return problem(table.error);
    if (this.store.summary?.state === 'waiting') return this.#waiting();
    return html`<div class="empty">${spinner('Loading neurons')}</div>`;
  }

  #waiting(): TemplateResult {
    const layer = this.store.view.layer!;
    return this.store.panel?.status.state === 'working'
      ? html`<div class="empty"><p class="muted">This layer is still to come.</p></div>`
      : html`<div class="empty">
          <p class="muted">This layer has not been explained.</p>
          ${button('Explain this layer', () => void this.store.explain(null, [layer]), { primary: true })}
        </div>`;
  }

  #list(table: RowTable): TemplateResult {
    if (table.rows!.units.length === 0) return this.#waiting();
    const { view, panel } = this.store;
    const rows = table.rows!;
    const rowView = {
      rows,
      kinds: table.index!.kinds,
      layer: rows.layer,
      iouEnd: table.index!.iouEnd,
      pictures: this.store.pictures,
      generation: this.store.generation,
      working: panel?.status.state === 'working',
      concepts: this.#longestFirst(),
      selected: view.unit,
      count: this.#order.length,
    };
    const inOrder = this.#order.some((i) => rows.units[i] === view.unit);
    return html`${this.#head(rows.hasMaps, table.index!.iouEnd)}
      ${
        this.#order.length === 0
          ? html`<div class="empty">
              <p class="muted">No neuron fits the filter.</p>
              ${button('Show all', () => this.store.setRows({ filter: '', show: 'all' }))}
            </div>`
          : nothing
      }
      <lit-virtualizer
        scroller
        role="listbox"
        tabindex="0"
        ?hidden=${this.#order.length === 0}
        aria-label=${`Neurons of ${this.store.title(rows.layer)}`}
        aria-activedescendant=${inOrder ? `unit-${view.unit}` : nothing}
        .items=${this.#order}
        .keyFunction=${(i: number) => rows.units[i]}
        .renderItem=${(i: number, place: number) => unitRow(rowView, i, place)}
        @keydown=${this.#keys}
        @click=${this.#clicked}
        @scroll=${this.#scrolled}
      ></lit-virtualizer>`;
  }

  #head(pictured: boolean, iouEnd: IouEnd): TemplateResult {
    const { sort, descending } = this.store.view.rows;
    const column = (key: SortKey, title: string, area: string, hint: string, scale = '') =>
      html`<button
        class=${area}
        title=${hint}
        aria-label=${`${title}${scale && ` ${scale}`}: sort ${key === sort ? (descending ? 'ascending' : 'descending') : ''}`}
        aria-pressed=${key === sort}
        @click=${() => this.store.setRows({ sort: key, descending: key === sort ? !descending : descendsFirst[key] })}
      >
        ${title}<span aria-hidden="true">${key === sort ? (descending ? ' ↓' : ' ↑') : ''}</span>${
          scale ? html` <span class="scale number">${scale}</span>` : nothing
        }
      </button>`;
    return html`<div class=${`head${pictured ? ' pictured' : ''}`}>
      ${column('number', '#', 'unit', 'Number of the neuron')}
      ${column('label', 'Label', 'label', 'What it has learned')}
      ${column('iou', 'IoU', 'worth', iouHint, `0–${iouEnd}`)}
      <span class="spark-head" title="Distribution of activations; where it fires in colour">Activations</span>
      ${column('fires', 'Fires', 'fires', 'Share of positions at which it fires')}
      ${pictured ? html`<span class="pictures-head">Strongest inputs</span>` : nothing}
    </div>`;
  }

  #arrange(table: RowTable): void {
    const query = this.store.view.rows;
    const known = this.#orderOf;
    if (known.table === table && known.version === table.version && known.query === query) return;
    this.#orderOf = { table, version: table.version, query };
    this.#order = table.rows && table.index ? orderRows(table.rows, table.index, query) : [];
  }

  #longestFirst(): string[] {
    const concepts = this.store.panel?.probe?.concepts ?? [];
    if (this.#concepts.of !== concepts) this.#concepts = { of: concepts, sorted: longestFirst(concepts) };
    return this.#concepts.sorted;
  }

  protected override updated(_changed: PropertyValues): void {
    const { layer, rows } = this.store.view;
    const key = JSON.stringify([layer, rows, this.compact]);
    if (key === this.#placedFor || this.#order.length === 0) return;
    this.#placedFor = key;
    void this.#place();
  }

  /** Puts the list where it was; where no position was kept, shows the selected neuron. */
  async #place(): Promise<void> {
    const list = this.#virtualizer;
    if (!list) return;
    const { firstRow, layer, unit } = this.store.view;
    if (!(await laidOut(list))) return;
    list.scrollTop = firstRow * this.#rowHeight;
    const columns = this.store.tables.peek(layer!)?.rows;
    const place = this.#order.findIndex((i) => columns?.units[i] === unit);
    if (firstRow === 0 && place >= 0) this.#bringIntoView(place);
  }

  get #virtualizer(): LitVirtualizer<number> | null {
    return this.renderRoot.querySelector<LitVirtualizer<number>>('lit-virtualizer');
  }

  get #rowHeight(): number {
    return this.#virtualizer?.querySelector<HTMLElement>('.row')?.offsetHeight || 48;
  }

  /** Gives the list the focus, as the way back from the detail does. */
  override focus(): void {
    this.#virtualizer?.focus();
  }

  #keys = (event: KeyboardEvent): void => {
    const rows = this.store.tables.peek(this.store.view.layer!)?.rows;
    if (!rows) return;
    if (event.key === 'Enter' || (event.key === ' ' && this.store.view.unit !== null)) {
      if (this.store.view.unit !== null) this.store.selectUnit(this.store.view.unit);
      event.preventDefault();
      return;
    }
    const order = this.#order;
    const at = order.findIndex((i) => rows.units[i] === this.store.view.unit);
    const height = this.#virtualizer?.clientHeight ?? 0;
    const page = Math.max(1, Math.floor(height / this.#rowHeight) - 1);
    // Numbers are typed to find a neuron by its number, letters to find one by its label.
    const text = (place: number) =>
      /^\d/.test(event.key)
        ? String(rows.units[order[place]])
        : (rows.labels[order[place]] ?? '').replace(/^[( ]+/, '');
    const to =
      moved(event.key, { at, count: order.length, page }) ?? this.#typeAhead.find(event, at, order.length, text);
    if (to === null) return;
    event.preventDefault();
    this.store.selectUnit(rows.units[order[to]], this.store.room !== 'one');
    this.#bringIntoView(to);
  };

  #bringIntoView(place: number): void {
    const list = this.#virtualizer!;
    const height = this.#rowHeight;
    if (place * height < list.scrollTop) list.scrollTop = place * height;
    else if ((place + 1) * height > list.scrollTop + list.clientHeight)
      list.scrollTop = (place + 1) * height - list.clientHeight;
  }

  #clicked = (event: Event): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.row');
    const rows = this.store.tables.peek(this.store.view.layer!)?.rows;
    if (row && rows) this.store.selectUnit(rows.units[this.#order[Number(row.dataset.place)]]);
  };

  #scrolled = (): void => {
    this.store.rememberScroll(Math.round(this.#virtualizer!.scrollTop / this.#rowHeight));
  };
}

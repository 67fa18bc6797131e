import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import {
  evaluationCsv,
  evaluationMetrics,
  type EvaluationMetric,
  type EvaluationTable,
} from '../../shared/evaluation.js';
import {
  bestFirst,
  evaluationTsv,
  judgedRows,
  type EvaluationColumn,
  type JudgedCell,
  type JudgedRow,
} from '../state/evaluationRows.js';
import { fileName, type Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { counted, thousandths } from '../text/numbers.js';
import { button, icons } from '../ui/index.js';
import { evaluationTableStyles } from './evaluationTableStyles.js';

/** How much colour the best and the worst cell of a column get, in per cent. */
const mostColour = 46;

/**
 * Methods × layers × metrics as numbers on a heat map: a column's colours say how much better or worse than Random-CAM.
 * A cell leads to the map of its method and layer; arrow keys move between cells.
 */
@customElement('ox-evaluation-table')
export class EvaluationTableView extends LitElement {
  static override styles = [base, evaluationTableStyles];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) table!: EvaluationTable;
  /** Index of the row in work; −1: none. */
  @property({ type: Number }) working = -1;

  constructor() {
    super();
    new StoreController(this);
  }

  get #titles() {
    const { panel } = this.store;
    return {
      method: (name: string) => panel?.methods.find((method) => method.name === name)?.title ?? name,
      layer: (name: string) => this.store.title(name),
    };
  }

  get #rows(): JudgedRow[] {
    return judgedRows(this.table, this.store.view.evaluation.sort, this.#titles);
  }

  override render() {
    const { metrics } = this.table;
    const rows = this.#rows;
    const working = this.table.rows[this.working];
    const measured = rows.some(({ cells }) => cells.some(({ value }) => value !== null));
    return html`<div class="scroll" role="region" aria-label="Worth of maps" tabindex="-1">
        <table aria-label="Worth of maps: methods and layers by metrics">
          <thead>
            <tr>
              ${this.#head('method', 'Method')} ${this.#head('layer', 'Layer')}
              ${metrics.map((metric) => this.#head(metric, evaluationMetrics[metric].title))}
            </tr>
          </thead>
          <tbody @keydown=${this.#keys}>
            ${rows.map((row, i) => this.#row(row, i === 0, working !== undefined && row.method === working.method && row.layer === working.layer))}
          </tbody>
        </table>
      </div>
      <div class="below">
        <p class="muted">
          ↑ higher is better, ↓ lower. <span class="key better">Blue</span>: better than Random-CAM on the same layer,
          <span class="key worse">orange</span>: no better; the stronger the colour, the larger the difference in its
          column. Bold: the best.
        </p>
        <span class="actions">
          ${button('Copy', this.#copy, { icon: icons.copy, disabled: !measured, title: 'Copy as TSV, for a spreadsheet' })}
          ${button('Save as CSV', () => void this.#save(), { icon: icons.save, disabled: !measured })}
        </span>
      </div>
      ${this.#problems(rows)}`;
  }

  #head(column: EvaluationColumn, title: string): TemplateResult {
    const { store } = this;
    const { sort } = store.view.evaluation;
    const sorted = sort?.column === column;
    const first = bestFirst(column);
    const toggle = () =>
      // Third click: back to the order in which they were asked for.
      store.setEvaluation({
        sort: sorted && sort.descending !== first ? null : { column, descending: sorted ? !sort.descending : first },
      });
    const metric = column === 'method' || column === 'layer' ? null : evaluationMetrics[column];
    return html`<th
      scope="col"
      class=${metric ? 'number' : column}
      aria-sort=${sorted ? (sort.descending ? 'descending' : 'ascending') : nothing}
    >
      <button title=${metric?.shows ?? ''} @click=${toggle}>
        ${title}${metric ? html`&nbsp;<span aria-hidden="true">${metric.better === 'higher' ? '↑' : '↓'}</span><span class="unseen">, ${metric.better} is better</span>` : nothing}<span
          class="sorted"
          aria-hidden="true"
          >${sorted ? (sort.descending ? '▾' : '▴') : ''}</span
        >
      </button>
    </th>`;
  }

  #row(row: JudgedRow, isFirst: boolean, isWorking: boolean): TemplateResult {
    const { method, layer } = this.#titles;
    const where = row.layer === null ? html`<span class="muted">${row.problem === null ? 'whole model' : '–'}</span>` : layer(row.layer); // prettier-ignore
    return html`<tr class=${`${row.isControl ? 'control' : ''}${isWorking ? ' working' : ''}`}>
      <th scope="row" class="method">
        ${visible(method(row.method))}${row.isControl ? html` <span class="chip">control</span>` : nothing}
        ${isWorking ? html`<span class="unseen">, being measured</span>` : nothing}
        <bdi class="layer-below muted">${where}</bdi>
      </th>
      <td class="layer">
        <bdi>${where}</bdi>
      </td>
      ${row.cells.map((cell, i) => this.#cell(row, cell, isFirst && i === 0))}
    </tr>`;
  }

  #cell(row: JudgedRow, cell: JudgedCell, isEntry: boolean): TemplateResult {
    const { metric, value, samples, advantage, isBest } = cell;
    const { title } = evaluationMetrics[metric];
    const share = Math.round(mostColour * Math.abs(advantage ?? 0));
    const tone = row.isControl || advantage === null ? '' : advantage > 0 ? ' better' : ' worse';
    const words = row.isControl || advantage === null ? '' : advantage > 0 ? ', better than Random-CAM' : ', no better than Random-CAM'; // prettier-ignore
    const filling = value !== null && samples < this.table.samples;
    const shown = value === null ? '–' : thousandths(value);
    const said = value === null ? 'not measured' : `${title} ${shown}${words}, over ${counted(samples, 'picture')}`;
    return html`<td class=${`number${tone}${isBest ? ' best' : ''}`} .style=${`--share: ${share}%`}>
      <button
        tabindex=${isEntry ? 0 : -1}
        title=${`${said}. Show the map`}
        aria-label=${`${said}, show the map`}
        @click=${() => this.#show(row)}
      >
        ${shown}${filling ? html`<span class="count" aria-hidden="true">${samples}/${this.table.samples}</span>` : nothing}
      </button>
    </td>`;
  }

  #show({ method, layer }: JudgedRow): void {
    this.store.setMaps({ part: 'one', comparison: 'one', method, layer });
  }

  #problems(rows: readonly JudgedRow[]): TemplateResult | typeof nothing {
    const failed = rows.filter(({ problem }) => problem !== null);
    if (failed.length === 0) return nothing;
    const { method } = this.#titles;
    return html`<ul class="notes">
      ${failed.map((row) => html`<li>${visible(method(row.method))}: <bdi>${visible(row.problem!)}</bdi></li>`)}
    </ul>`;
  }

  /** Arrows, Home and End move between cells, of which one is in the order of tabs. */
  #keys = (event: KeyboardEvent): void => {
    const cells = [...this.renderRoot.querySelectorAll<HTMLElement>('tbody td button')];
    const columns = this.table.metrics.length;
    const at = cells.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement);
    const row = at - (at % columns);
    const to = {
      ArrowRight: at % columns < columns - 1 ? at + 1 : at,
      ArrowLeft: at % columns > 0 ? at - 1 : at,
      ArrowDown: at + columns,
      ArrowUp: at - columns,
      Home: event.ctrlKey ? 0 : row,
      End: event.ctrlKey ? cells.length - 1 : row + columns - 1,
    }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = cells[to];
    if (!next) return;
    for (const cell of cells) cell.tabIndex = cell === next ? 0 : -1;
    next.focus();
  };

  #copy = (): void => {
    const text = evaluationTsv(this.#rows, this.table.metrics as EvaluationMetric[], this.#titles);
    void this.store.act('copy', { text }, () => 'Table copied');
  };

  async #save(): Promise<void> {
    const name = `${this.store.panel!.model.name.replace(/\.onnx$/i, '')} maps.csv`;
    await this.store.act('saveCsv', { name, text: evaluationCsv(this.table) }, (saved) =>
      saved ? `Saved as ${visible(fileName(saved.path))}` : null,
    );
  }
}

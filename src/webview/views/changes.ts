import '@lit-labs/virtualizer';
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckpointChange, UnitChange } from '../../shared/checkpointChange.js';
import { iouBar, iouBarStyles } from '../charts/iouBar.js';
import { iouEnd, type IouEnd } from '../charts/iouScale.js';
import { changeRows, changeTitles, type ChangeKey, type ChangeRow } from '../state/changeRows.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import type { ViewState } from '../state/viewState.js';
import { base } from '../styles/base.js';
import { changeWords, kindOfChange, standing } from '../text/changeWords.js';
import { longestFirst } from '../text/formulaTokens.js';
import { count, counted, score } from '../text/numbers.js';
import { filterField, select, spinner } from '../ui/index.js';
import { changesStyles } from './changesStyles.js';
import { formula, labelText } from './formula.js';
import { moved } from './listKeys.js';
import { problem, problemStyles } from './problem.js';

const kindChoices = (Object.keys(changeTitles) as ChangeKey[]).map((value) => ({ value, title: changeTitles[value] }));
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** The Changes tab: what another checkpoint made of the units, layer by layer and unit by unit. */
@customElement('ox-changes')
export class Changes extends LitElement {
  static override styles = [base, problemStyles, iouBarStyles, changesStyles];

  @property({ attribute: false }) store!: Store;
  /** Place of the row that the keyboard is on. */
  @state() private at = -1;
  readonly #change = new Loading<CheckpointChange | null>(this);
  #rows: { of: unknown; view: ViewState['changes'] | null; rows: ChangeRow[]; end: IouEnd } = {
    ...{ of: null, view: null, rows: [], end: 1 },
  };

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const former = store.panel?.former ?? null;
    this.setAttribute('room', store.room);
    if (!former)
      return html`<p class="empty muted">
        There is nothing to compare yet. When the model is exported again, explain it again: what changed since then is
        shown here.
      </p>`;
    this.#change.load(JSON.stringify([former, store.generation]), () => store.host.call('changes', {}), true);
    const { value: change, error } = this.#change;
    if (error) return html`<div class="empty">${problem(error)}</div>`;
    if (!change) return html`<div class="empty">${spinner('Comparing the two checkpoints')}</div>`;
    this.#arrange(change);
    const when = former.explainedAt === null ? 'the former checkpoint' : `labels of ${dateAndTime.format(former.explainedAt)}`; // prettier-ignore
    return html`<div class="summary">
        <p><strong>Compared with ${when}</strong>: ${changeWords(former.counts)}.</p>
        ${[...former.differs, ...this.#layersThatDiffer(change)].map((text) => html`<p class="muted">${text}</p>`)}
      </div>
      ${this.#layers(change)} ${this.#list(change)}`;
  }

  #layersThatDiffer({ resized, added, removed }: CheckpointChange): string[] {
    const names = (layers: readonly string[]) => layers.map((layer) => this.store.title(layer)).join(', ');
    return [
      ...resized.map(
        ({ name, before, after }) =>
          `${this.store.title(name)} has ${counted(after, 'neuron')} instead of ${count(before)}: they are not compared.`,
      ),
      ...(added.length > 0 ? [`Only in the new checkpoint: ${names(added)}.`] : []),
      ...(removed.length > 0 ? [`Only in the former checkpoint: ${names(removed)}.`] : []),
    ];
  }

  /** Counts by layer; a layer's row shows its units alone. */
  #layers({ layers }: CheckpointChange): TemplateResult | typeof nothing {
    if (layers.length === 0) return nothing;
    const chosen = this.store.view.changes.layer;
    return html`<div class="layers scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Died</th>
            <th scope="col">Woke</th>
            <th scope="col">Other label</th>
            <th scope="col">Other IoU</th>
            <th scope="col">Neurons</th>
          </tr>
        </thead>
        <tbody>
          ${layers.map(({ name, counts, units }) => {
            const cell = (value: number) =>
              html`<td class=${`number${value === 0 ? ' muted' : ''}`}>${count(value)}</td>`;
            return html`<tr class=${name === chosen ? 'chosen' : ''}>
              <th scope="row">
                <button
                  class="link"
                  aria-pressed=${name === chosen}
                  title=${name === chosen ? 'Show the changes of all layers' : 'Show the changes of this layer'}
                  @click=${() => this.store.setChanges({ layer: name === chosen ? null : name })}
                >
                  <bdi>${this.store.title(name)}</bdi>
                </button>
              </th>
              ${cell(counts.died)}${cell(counts.woke)}${cell(counts.relabelled)}${cell(counts.iou)}${cell(units)}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  #list(change: CheckpointChange): TemplateResult {
    const { view } = this.store;
    const { rows } = this.#rows;
    const total = change.layers.reduce((sum, { changed }) => sum + changed.length, 0);
    const shown =
      rows.length < total ? `${count(rows.length)} of ${counted(total, 'change')}` : counted(total, 'change');
    return html`<div class="tools" role="toolbar" aria-label="Which changes">
        ${filterField({
          label: 'Filter changes by label, layer or number',
          placeholder: 'Filter by label, layer, number',
          value: view.changes.filter,
          onInput: (filter) => this.store.setChanges({ filter }),
        })}
        ${select<ChangeKey>({
          label: 'Show',
          value: view.changes.kind,
          choices: kindChoices,
          onChange: (kind) => this.store.setChanges({ kind }),
        })}
        <span class="muted number" role="status">${shown}</span>
      </div>
      ${rows.length === 0 ? html`<p class="empty muted">${total === 0 ? 'No neuron changed.' : 'No change fits the filter.'}</p>` : nothing}
      <lit-virtualizer
        scroller
        role="listbox"
        tabindex="0"
        ?hidden=${rows.length === 0}
        aria-label="Neurons that changed"
        aria-activedescendant=${this.at >= 0 && this.at < rows.length ? `change-${this.at}` : nothing}
        .items=${rows}
        .renderItem=${(row: ChangeRow, place: number) => this.#row(row, place)}
        @keydown=${this.#keys}
      ></lit-virtualizer>`;
  }

  #row(row: ChangeRow, place: number): TemplateResult {
    return html`<div
      role="option"
      id=${`change-${place}`}
      class="row"
      aria-selected=${place === this.at}
      aria-posinset=${place + 1}
      aria-setsize=${this.#rows.rows.length}
      @click=${() => this.#open(place)}
    >
      <span class="name"><bdi>${row.title}</bdi> <span class="muted number">${row.unit}</span></span>
      <span class=${`kind ${row.kind}`}>${kindOfChange[row.kind]}</span>
      <span class="side before"><span class="unseen">before: </span>${this.#side(row.before)}</span>
      <span class="arrow muted" aria-hidden="true">→</span>
      <span class="side after"><span class="unseen">now: </span>${this.#side(row.after)}</span>
    </div>`;
  }

  #side(unit: UnitChange['before']): TemplateResult {
    const words = standing(unit);
    if (words !== unit.label) return html`<span class="muted">${words}</span>`;
    const concepts = longestFirst(this.store.panel?.probe?.concepts ?? []);
    return html`<span class="label">${unit.formula ? formula(unit.formula) : labelText(unit.label, concepts)}</span>
      <span
        class="worth"
        title=${`IoU ${score(unit.iou)}, chance ${score(unit.floor)}; the bar ends at ${this.#rows.end}`}
        >${iouBar(unit.iou, unit.floor, this.#rows.end)}<span class="number"
          ><span class="unseen">IoU </span>${score(unit.iou)}</span
        ></span
      >`;
  }

  #arrange(change: CheckpointChange): void {
    const view = this.store.view.changes;
    if (this.#rows.of === change && this.#rows.view === view) return;
    const rows = changeRows(change, (layer) => this.store.title(layer), view);
    const shown = rows.flatMap(({ before, after }) => [before.iou, before.floor, after.iou, after.floor]);
    this.#rows = { of: change, view, rows, end: iouEnd(shown) };
    this.at = Math.min(this.at, rows.length - 1);
  }

  #open(place: number): void {
    const { layer, unit } = this.#rows.rows[place];
    this.at = place;
    this.store.setView({ tab: 'neurons', layer, unit, detailOpen: true, firstRow: 0 });
  }

  #keys = (event: KeyboardEvent): void => {
    const { rows } = this.#rows;
    if (event.key === 'Enter' && this.at >= 0) {
      event.preventDefault();
      this.#open(this.at);
      return;
    }
    const to = moved(event.key, { at: this.at, count: rows.length, page: 8 });
    if (to === null) return;
    event.preventDefault();
    this.at = to;
    const list = event.currentTarget as HTMLElement & { scrollToIndex(index: number, position: string): void };
    list.scrollToIndex(to, 'nearest');
  };
}

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProbeCorrelation } from '../../shared/correlation.js';
import '../charts/divergingBar.js';
import { largestOf } from '../charts/divergingMap.js';
import '../charts/signedMap.js';
import type { Regions } from '../charts/signedMap.js';
import { shareSortTitles, type ShareSort } from '../state/correlationView.js';
import { regionSums, shareRows } from '../state/shareRows.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { componentName } from '../text/componentName.js';
import { visible } from '../text/names.js';
import { amount, count, counted, duration, signed } from '../text/numbers.js';
import { button, icons, iconButton, segmented, segmentedStyles, select } from '../ui/index.js';
import { copyCorrelation, saveCorrelationCsv, saveCorrelationPng } from './correlationFiles.js';
import { setStyles } from './setStyles.js';
import './shares.js';

const sides = (['0', '2', '3', '4'] as const).map((value) => ({ value, title: value === '0' ? 'None' : `${value} × ${value}` })); // prettier-ignore

/** What an Integrated Gradient Correlation found: in a sentence, and as a map or a bar a column. */
@customElement('ox-correlation-result')
export class CorrelationResult extends LitElement {
  static override styles = [
    base,
    segmentedStyles,
    setStyles,
    css`
      .body {
        flex: 1;
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      ox-shares {
        flex: 1;
      }
      .picture {
        overflow: auto;
        padding: 4px 16px 16px;
      }
      figure {
        width: min(100%, 520px);
        margin: 0 auto;
      }
      ox-diverging-bar {
        margin-top: 6px;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 10px;
        margin-top: 10px;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) found!: ProbeCorrelation;
  /** It is of what is chosen now. */
  @property({ type: Boolean }) current = false;
  /** Columns that are ticked to be summed. */
  @state() private chosen: ReadonlySet<string> = new Set();

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { found } = this;
    return html`${this.#facts(found)}
      ${
        found.notes.length > 0
          ? html`<ul class="notes">
              ${found.notes.map((note) => html`<li><bdi>${visible(note)}</bdi></li>`)}
            </ul>`
          : nothing
      }
      <div class="body">${found.map ? this.#map(found, found.map) : this.#bars(found)}</div>`;
  }

  #facts(found: ProbeCorrelation): TemplateResult {
    const { output, name, targets, correlation, completenessError, samples, of, steps, milliseconds } = found;
    const undefinedWords = 'The output or its target is the same for every sample, so there is no correlation to share out.'; // prettier-ignore
    return html`<p class="facts" role="status">
      <strong><bdi>${name === null ? `Output ${output}` : visible(name)}</bdi></strong>
      ${
        Number.isNaN(correlation)
          ? undefinedWords
          : html`Parts sum to <strong class="number">${amount(correlation + completenessError)}</strong>;
              ${
                targets === null
                  ? html`correlation with itself (auto-correlation; there are no targets, or none are wanted) 1`
                  : html`correlation with its targets (<bdi>${visible(targets)}</bdi>)
                      <span class="number">${amount(correlation)}</span>`
              };
              completeness error <span class="number">${signed(completenessError)}</span>.`
      }
      <span class="muted"
        >${counted(samples, 'sample')} of ${count(of)}, ${count(steps)} steps,
        ${duration(milliseconds)}${this.current ? '' : '; the choice above is another one by now'}.</span
      >
    </p>`;
  }

  #regions(found: ProbeCorrelation): Regions | null {
    const { regions: side } = this.store.view.correlation;
    return side > 0 && found.map ? { side, sums: regionSums(found.values, found.map, side) } : null;
  }

  #map(found: ProbeCorrelation, size: { height: number; width: number }): TemplateResult {
    const { store } = this;
    const regions = this.#regions(found);
    const { regions: side } = store.view.correlation;
    return html`<div class="picture">
      <figure>
        <ox-signed-map
          .map=${this.#signedMap(found, size)}
          .regions=${regions}
          .label=${`Integrated Gradient Correlation of ${found.name ?? `output ${found.output}`}`}
        ></ox-signed-map>
        <ox-diverging-bar .largest=${largestOf(found.values)}></ox-diverging-bar>
        <figcaption>
          <span class="field"
            >Sums of regions
            ${segmented('Sums of regions', sides, String(side) as '0' | '2' | '3' | '4', (to) => store.setCorrelation({ regions: Number(to) as 0 | 2 | 3 | 4 }))}</span
          >
          ${this.#actions(found)}
        </figcaption>
        ${regions ? regionTable(regions) : nothing}
      </figure>
    </div>`;
  }

  /** The same object as long as it is the same result, so that the canvas is not painted for nothing. */
  #signedMap(found: ProbeCorrelation, size: { height: number; width: number }) {
    if (this.#drawn.of !== found) this.#drawn = { of: found, map: { ...size, values: found.values } };
    return this.#drawn.map;
  }
  #drawn: { of: ProbeCorrelation | null; map: { values: Float64Array; height: number; width: number } | null } = { of: null, map: null }; // prettier-ignore

  #bars(found: ProbeCorrelation): TemplateResult {
    const { store } = this;
    const { sort, groups } = store.view.correlation;
    const rows = this.#rows(found);
    return html`<div class="tools">
        ${select({
          label: 'Sort',
          prefix: 'Sort:',
          value: sort,
          choices: (Object.keys(shareSortTitles) as ShareSort[]).map((value) => ({
            value,
            title: shareSortTitles[value],
          })),
          onChange: (to) => store.setCorrelation({ sort: to }),
        })}
        ${button(
          'Sum ticked columns',
          () => {
            store.setCorrelation({ groups: [...groups, [...this.chosen]] });
            this.chosen = new Set();
          },
          { disabled: this.chosen.size < 2 },
        )}
        ${this.#actions(found)}
      </div>
      <ox-shares
        label="Shares of the correlation"
        heading=${found.columns ? 'Column' : 'Component'}
        valueHeading="Share of the correlation"
        ?narrow=${store.room === 'one'}
        .rows=${rows}
        .chosen=${this.chosen}
        @choose=${({ detail }: CustomEvent<string>) => {
          const chosen = new Set(this.chosen);
          if (!chosen.delete(detail)) chosen.add(detail);
          this.chosen = chosen;
        }}
        @part=${({ detail }: CustomEvent<number>) => store.setCorrelation({ groups: groups.filter((_, i) => i !== detail) })}
      ></ox-shares>`;
  }

  #rows(found: ProbeCorrelation) {
    const { sort, groups } = this.store.view.correlation;
    const names = (at: number): string => found.columns?.[at] ?? componentName(at, found.dims);
    const known = groups.filter((group) => group.every((name) => found.columns?.includes(name)));
    return shareRows(found.values, names, sort, { groups: known });
  }

  #actions(found: ProbeCorrelation): TemplateResult {
    const { store } = this;
    const regions = this.#regions(found);
    const rows = () => (found.map ? null : this.#rows(found));
    return html`<span class="actions"
      >${iconButton(icons.copy, regions || !found.map ? 'Copy as a table' : 'Copy the map’s values', () => copyCorrelation(store, found, regions, rows()))}
      ${found.map ? iconButton(icons.picture, 'Save as PNG', () => void saveCorrelationPng(store, found, regions)) : nothing}
      ${iconButton(icons.save, 'Save as CSV', () => void saveCorrelationCsv(store, found, rows()))}</span
    >`;
  }
}

function regionTable({ side, sums }: Regions): TemplateResult {
  const fields = Array.from({ length: side }, (_, i) => i);
  return html`<table class="unseen">
    <caption>
      Sums of regions
    </caption>
    ${fields.map(
      (row) =>
        html`<tr>
          <th scope="row">Row ${row + 1}</th>
          ${fields.map((column) => html`<td>${signed(sums[row * side + column])}</td>`)}
        </tr>`,
    )}
  </table>`;
}

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OutputClasses, ProbeCorrelation } from '../../shared/correlation.js';
import type { CorrelationChoice } from '../../shared/panelProtocol.js';
import '../charts/divergingBar.js';
import { largestOf } from '../charts/divergingMap.js';
import '../charts/signedMap.js';
import type { Regions } from '../charts/signedMap.js';
import { correlationSteps, shareSortTitles, type ShareSort } from '../state/correlationView.js';
import { JobRun } from '../state/jobRun.js';
import { Loading } from '../state/loading.js';
import { regionSums, shareRows } from '../state/shareRows.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { amount, count, counted, duration, signed } from '../text/numbers.js';
import { button, icons, iconButton, numberField, segmented, segmentedStyles, select, wordField } from '../ui/index.js';
import { copyCorrelation, saveCorrelationCsv, saveCorrelationPng } from './correlationFiles.js';
import './job.js';
import { problem, problemStyles } from './problem.js';
import { setStyles } from './setStyles.js';
import './shares.js';

/** Up to so many outputs are a list to choose from; more are named. */
const listed = 64;
const sides = (['0', '2', '3', '4'] as const).map((value) => ({ value, title: value === '0' ? 'None' : `${value} × ${value}` })); // prettier-ignore
const targetChoices = [
  { value: 'targets', title: 'Its targets' },
  { value: 'itself', title: 'Itself' },
] as const;

/** Integrated Gradient Correlation over the probe set: a map, or a bar a column. */
@customElement('ox-correlation')
export class CorrelationTab extends LitElement {
  static override styles = [
    base,
    problemStyles,
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
  /** Columns that are ticked to be summed. */
  @state() private chosen: ReadonlySet<string> = new Set();
  readonly #run = new JobRun<ProbeCorrelation>(this, 'correlate');
  readonly #classes = new Loading<OutputClasses>(this);
  #generation = -1;

  constructor() {
    super();
    new StoreController(this);
  }

  get #choice(): CorrelationChoice {
    const { class: wanted, auto, target, samples } = this.store.view.correlation;
    const isThere = target !== null && (this.#classes.value?.targets.includes(target) ?? true);
    return { class: wanted, auto, target: isThere ? target : null, samples, steps: correlationSteps };
  }

  /** What was found before, or is being found, by this page's former self. */
  async #resume(): Promise<void> {
    const { host } = this.store;
    try {
      const { correlation } = await host.call('found', {});
      if (correlation) this.#run.restore(JSON.stringify(correlation.choice), correlation.result);
      if (await host.call('jobProgress', { job: 'correlate' })) this.#start();
    } catch {
      // Then there is nothing to show yet.
    }
  }

  #start = (): void => {
    const choice = this.#choice;
    void this.#run.start(JSON.stringify(choice), () => this.store.host.call('correlate', choice));
  };

  override render() {
    const { store } = this;
    const panel = store.panel!;
    if (this.#generation !== store.generation) {
      this.#generation = store.generation;
      this.#run.forget();
      this.chosen = new Set();
      void this.#resume();
    }
    if (panel.status.state === 'restricted') return nothing;
    this.#classes.load(String(store.generation), () => store.host.call('outputClasses', {}));
    const { running, error, value } = this.#run;
    const isCurrent = this.#run.key === JSON.stringify(this.#choice);
    return html`${this.#tools(running, value !== null && isCurrent)} ${error ? problem(error) : nothing}
    ${
      running
        ? html`<div class="wait"><ox-job .store=${store} job="correlate" label="Integrating gradients"></ox-job></div>`
        : nothing
    }
    ${value ? this.#result(value, isCurrent) : running ? nothing : this.#about()}`;
  }

  #tools(running: boolean, isDone: boolean): TemplateResult {
    const { store } = this;
    const { correlation } = store.view;
    const of = store.panel!.probe?.samples;
    return html`<div class="tools">
      ${this.#output()}
      <span class="field"
        >Correlate with
        ${segmented(
          'What the output is correlated with',
          targetChoices,
          correlation.auto ? 'itself' : 'targets',
          (to) => store.setCorrelation({ auto: to === 'itself' }),
        )}</span
      >
      ${correlation.auto ? nothing : this.#target()}
      <span class="field"
        >${store.panel!.probe?.kind === 'images' ? 'Pictures' : 'Samples'}
        ${numberField({
          label: 'Samples, evenly spread over the probe set',
          value: Math.min(correlation.samples, of ?? correlation.samples),
          max: of ?? Number.MAX_SAFE_INTEGER,
          onChange: (samples) => store.setCorrelation({ samples: Math.max(2, samples ?? 100) }),
        })}
        ${of === undefined ? nothing : html`<span class="muted">of ${count(of)}</span>`}</span
      >
      ${running || isDone ? nothing : button('Correlate', this.#start, { primary: true })}
    </div>`;
  }

  #output(): TemplateResult | typeof nothing {
    const { store } = this;
    const { count: total, names } = this.#classes.value ?? { count: null, names: null };
    const chosen = store.view.correlation.class;
    if (total === 1) return nothing;
    if (total !== null && total <= listed) {
      return select({
        label: 'Output',
        prefix: 'Output:',
        value: chosen ?? '0',
        choices: Array.from({ length: total }, (_, i) => ({ value: String(i), title: names?.[i] ? `${i} ${visible(names[i])}` : `Output ${i}` })), // prettier-ignore
        onChange: (to) => store.setCorrelation({ class: to === '0' ? null : to }),
      });
    }
    return html`<span class="field"
      >Output
      ${wordField({
        label: 'Output by number or name',
        placeholder: total === null ? 'number or name' : `0 to ${total - 1}, or a name`,
        value: chosen ?? '',
        onChange: (to) => store.setCorrelation({ class: to === '' ? null : to }),
      })}</span
    >`;
  }

  /** What a single output should have been: nothing but its user can say that. */
  #target(): TemplateResult | typeof nothing {
    const { store } = this;
    const targets = this.#classes.value?.targets ?? [];
    if (targets.length === 0) return nothing;
    return select({
      label: 'Column of the targets',
      prefix: 'Targets:',
      value: this.#choice.target ?? '',
      choices: [{ value: '', title: 'None' }, ...targets.map((name) => ({ value: name, title: visible(name) }))],
      onChange: (to) => store.setCorrelation({ target: to === '' ? null : to }),
    });
  }

  #about(): TemplateResult {
    return html`<p class="empty muted">
      Which parts of the inputs make the output right? Integrated Gradient Correlation takes each sample’s integrated
      gradients and correlates them, over the probe set, with what the output should be: each part’s share of the
      correlation, above 0 where it helps, below where it misleads. It takes ${correlationSteps} forward and backward
      runs a sample.
    </p>`;
  }

  #result(found: ProbeCorrelation, isCurrent: boolean): TemplateResult {
    return html`${this.#facts(found, isCurrent)}
      ${
        found.notes.length > 0
          ? html`<ul class="notes">
              ${found.notes.map((note) => html`<li><bdi>${visible(note)}</bdi></li>`)}
            </ul>`
          : nothing
      }
      <div class="body">${found.map ? this.#map(found, found.map) : this.#bars(found)}</div>`;
  }

  #facts(found: ProbeCorrelation, isCurrent: boolean): TemplateResult {
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
        ${duration(milliseconds)}${isCurrent ? '' : '; the choice above is another one by now'}.</span
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
      ${found.map ? iconButton(icons.map, 'Save as PNG', () => void saveCorrelationPng(store, found, regions)) : nothing}
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

/** `[3, 0]`: where a component lies in the input. */
export function componentName(at: number, dims: readonly number[]): string {
  const place: number[] = [];
  let rest = at;
  for (const length of [...dims].reverse()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `[${place.join(', ')}]`;
}

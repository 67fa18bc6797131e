import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SampleAttribution } from '../../shared/attribution.js';
import { quoted } from '../../shared/evaluation.js';
import { shareSortTitles, type ShareSort } from '../state/correlationView.js';
import { Loading } from '../state/loading.js';
import { shareRows } from '../state/shareRows.js';
import { fileName, type Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { componentName } from '../text/componentName.js';
import { visible } from '../text/names.js';
import { amount, count, duration, percent } from '../text/numbers.js';
import { icons, iconButton, numberField, select, spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';
import { setStyles } from './setStyles.js';
import './shares.js';

const headings: Record<SampleAttribution['parts'], string> = {
  columns: 'Column',
  tokens: 'Token',
  numbers: 'Component',
};

/** One input that is no picture: what each column, token or number of it contributes to the score. */
@customElement('ox-attribution')
export class AttributionView extends LitElement {
  static override styles = [
    base,
    problemStyles,
    setStyles,
    css`
      ox-shares {
        flex: 1;
      }
      .sample vscode-button {
        flex: none;
      }
      .about {
        padding: 0 16px 4px;
        font-size: 12px;
        line-height: 1.45;
      }
      .pending {
        opacity: 0.55;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  readonly #loading = new Loading<SampleAttribution>(this);

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const panel = store.panel!;
    const methods = panel.methods.filter(({ isAttribution }) => isAttribution);
    const { probe } = panel;
    if (methods.length === 0 || !probe) {
      return html`<p class="empty muted">
        Explain the neurons or choose a probe set first: what each part of an input contributes is shown for its
        samples.
      </p>`;
    }
    const view = store.view.attribution;
    const method = methods.find(({ name }) => name === view.method) ?? methods.find(({ name }) => name === 'ig') ?? methods[0]; // prettier-ignore
    const sample = Math.min(view.sample, probe.samples - 1);
    const call = { sample, method: method.name, class: view.class };
    this.#loading.load(JSON.stringify([call, store.generation]), () => store.host.call('attribution', call), true);
    const { value, error, pending } = this.#loading;
    return html`<div class="tools">
        ${this.#sample(sample, probe.samples)}
        ${select({
          label: 'Method',
          value: method.name,
          choices: methods.map(({ name, title }) => ({ value: name, title })),
          onChange: (name) => store.setAttribution({ method: name }),
        })}
        ${value && value.top.length > 1 ? this.#class(value) : nothing}
        ${select({
          label: 'Sort',
          prefix: 'Sort:',
          value: view.sort,
          choices: (Object.keys(shareSortTitles) as ShareSort[]).map((of) => ({
            value: of,
            title: shareSortTitles[of],
          })),
          onChange: (sort) => store.setAttribution({ sort }),
        })}
        ${pending && !value ? spinner('Attributing') : nothing}
      </div>
      <p class="about">${method.shows} <span class="muted">${method.cost}</span></p>
      ${error ? problem(error) : value ? this.#result(value, pending) : nothing}`;
  }

  #sample(sample: number, samples: number): TemplateResult {
    const go = (to: number) => this.store.setAttribution({ sample: to });
    return html`<span class="field sample"
      >Sample ${iconButton(icons.before, 'Sample before', () => go(sample - 1), { disabled: sample === 0 })}
      ${numberField({ label: 'Sample by number', value: sample, max: samples - 1, onChange: (to) => go(to ?? 0) })}
      ${iconButton(icons.next, 'Next sample', () => go(sample + 1), { disabled: sample >= samples - 1 })}
      <span class="muted">of ${count(samples)}</span></span
    >`;
  }

  #class({ top }: SampleAttribution): TemplateResult {
    const { store } = this;
    const chosen = store.view.attribution.class;
    return select({
      label: 'Class',
      prefix: 'For:',
      value: chosen === null ? '*' : String(chosen),
      choices: [
        { value: '*', title: 'the highest' },
        ...top.map((entry) => ({
          value: String(entry.class),
          title: `${entry.name === null ? `class ${entry.class}` : visible(entry.name)}, ${entry.probability === null ? amount(entry.score) : percent(entry.probability)}`, // prettier-ignore
        })),
      ],
      onChange: (of) => store.setAttribution({ class: of === '*' ? null : Number(of) }),
    });
  }

  #rows(found: SampleAttribution) {
    const { columns, dims, held, parts } = found;
    const names = (at: number): string =>
      columns?.[at] ?? (dims.length === 1 && parts === 'tokens' ? String(at) : componentName(at, dims));
    return shareRows(found.values, names, this.store.view.attribution.sort, {
      held: (at) => (parts === 'tokens' ? `token ${held[at]}` : amount(held[at])),
    });
  }

  #result(found: SampleAttribution, pending: boolean): TemplateResult {
    const { store } = this;
    const name = found.top.find((entry) => entry.class === found.class)?.name ?? null;
    const sum = found.values.reduce((total, value) => total + value, 0);
    return html`<p class="facts" role="status">
        Score of <strong><bdi>${name === null ? `output ${found.class}` : visible(name)}</bdi></strong>
        <span class="number">${amount(found.score)}</span>${
          found.expected === null
            ? nothing
            : html`; the parts sum to <strong class="number">${amount(sum)}</strong> of
                <span class="number">${amount(found.expected)}</span>`
        }.
        <span class="muted">${duration(found.milliseconds)}</span>
        <span class="actions"
          >${iconButton(icons.copy, 'Copy as a table', () => this.#copy(found))}
          ${iconButton(icons.save, 'Save as CSV', () => void this.#save(found))}</span
        >
      </p>
      ${
        found.notes.length > 0
          ? html`<ul class="notes">
              ${found.notes.map((note) => html`<li><bdi>${visible(note)}</bdi></li>`)}
            </ul>`
          : nothing
      }
      <ox-shares
        class=${pending ? 'pending' : ''}
        label="Parts of the input"
        heading=${headings[found.parts]}
        valueHeading="Attribution"
        held
        ?narrow=${store.room === 'one'}
        .rows=${this.#rows(found)}
      ></ox-shares>`;
  }

  #copy(found: SampleAttribution): void {
    const lines = this.#rows(found).map(({ name, held, value }) =>
      [name.replace(/\s+/g, ' '), held ?? '', value].join('\t'),
    );
    void this.store.act('copy', { text: lines.join('\n') }, () => 'Copied');
  }

  async #save(found: SampleAttribution): Promise<void> {
    const lines = this.#rows(found).map(({ at, name, value }) => [quoted(name), found.held[at], value].join(','));
    const text = `${['part,input,attribution', ...lines].join('\n')}\n`;
    await this.store.act('saveCsv', { name: `${found.method} sample ${found.sample}.csv`, text }, (saved) =>
      saved ? `Saved as ${visible(fileName(saved.path))}` : null,
    );
  }
}

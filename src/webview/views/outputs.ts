import '@lit-labs/virtualizer';
import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Ablation } from '../../shared/effects.js';
import type { FoundAblation, PanelError } from '../../shared/panelProtocol.js';
import { panelError } from '../protocol/index.js';
import { amountChoices, amountOf, amountValue } from '../state/howMany.js';
import { Loading } from '../state/loading.js';
import { outputChoices, outputRows, outputSortTitles, type OutputRow, type OutputSort } from '../state/outputRows.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { longestFirst } from '../text/formulaTokens.js';
import { visible } from '../text/names.js';
import { amount, count, counted, percent, signed } from '../text/numbers.js';
import { button, segmented, segmentedStyles, select } from '../ui/index.js';
import { formula, labelText } from './formula.js';
import './job.js';
import { outputsStyles } from './outputsStyles.js';
import { problem, problemStyles } from './problem.js';
import { tableStyles } from './tableStyles.js';

const modes = [
  { value: 'zero', title: 'By 0' },
  { value: 'mean', title: 'By its mean' },
] as const;

const sampleChoices = amountChoices([100, 500, 2000, 10_000], 'samples');

/** The Outputs tab: what the neurons of a layer are for. Each is switched off; per output, those that matter most. */
@customElement('ox-outputs')
export class Outputs extends LitElement {
  static override styles = [base, problemStyles, segmentedStyles, tableStyles, outputsStyles];

  @property({ attribute: false }) store!: Store;
  @state() private running = false;
  @state() private error: PanelError | null = null;
  @state() private found: (FoundAblation & { key: string }) | null = null;
  /** What was found before the page was loaded, or in another panel. */
  readonly #before = new Loading<FoundAblation | null>(this);
  #asked = '';

  constructor() {
    super();
    new StoreController(this);
  }

  get #key(): string {
    const { layer, outputs } = this.store.view;
    return JSON.stringify([layer, outputs.mode, this.store.generation]);
  }

  override render() {
    const { store } = this;
    const { layer, outputs } = store.view;
    this.setAttribute('room', store.room);
    const layers = store.panel?.layers ?? [];
    if (layers.length === 0 || layer === null)
      return html`<p class="empty muted">Explain the neurons first: their labels stand beside what they do.</p>`;
    if (this.#asked !== this.#key && this.running) {
      void store.act('cancelJob', { job: 'ablate' });
      this.running = false;
    }
    const { mode, samples } = outputs;
    this.#before.load(this.#key, () => store.host.call('foundAblation', { layer, mode }));
    const found = this.found?.key === this.#key ? this.found : this.#before.value;
    const again = found !== null && found.samples !== samples;
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
        <span class="mode"
          >Replaced
          ${segmented('What stands in for a neuron', modes, outputs.mode, (mode) => store.setOutputs({ mode }))}</span
        >
        ${select({
          label: 'Samples to run',
          value: amountValue(samples),
          choices: sampleChoices,
          onChange: (value) => store.setOutputs({ samples: amountOf(value) }),
        })}
        ${(found && !again) || this.running ? nothing : button(found ? 'Switch off again' : 'Switch neurons off', () => void this.#ask(), { primary: true })}
      </div>
      ${this.error ? problem(this.error) : nothing}
      ${
        this.running
          ? html`<div class="wait">
              <ox-job .store=${store} job="ablate" label="Switching neurons off"></ox-job>
            </div>`
          : found
            ? this.#result(found.ablation)
            : html`<p class="empty muted">
                Each neuron of the layer is switched off on its own and the model runs again: how much each output, the
                decision and the accuracy change says what the neuron is for.
              </p>`
      }`;
  }

  async #ask(): Promise<void> {
    const key = this.#key;
    const { layer } = this.store.view;
    const { mode, samples } = this.store.view.outputs;
    this.#asked = key;
    this.running = true;
    this.error = null;
    try {
      const ablation = await this.store.host.call('ablate', { layer: layer!, mode, samples });
      if (ablation && key === this.#asked) this.found = { key, ablation, samples };
    } catch (error) {
      if (key === this.#asked) this.error = panelError(error);
    }
    if (key === this.#asked) this.running = false;
  }

  #result(ablation: Ablation): TemplateResult {
    const { store } = this;
    const { choice, sort } = store.view.outputs;
    const choices = outputChoices(ablation);
    const chosen = choices[Math.min(choice, choices.length - 1)];
    const rows = outputRows(ablation, chosen.output, chosen.feature, sort);
    const { accuracy } = ablation;
    const output = ablation.outputs[chosen.output];
    const most = Math.max(...rows.map(({ effect }) => Math.abs(effect))) || 1;
    const sorts = (Object.keys(outputSortTitles) as OutputSort[]).filter(
      (key) => (key !== 'flips' || output.flips) && (key !== 'accuracy' || accuracy?.output === output.name),
    );
    const logits = output.tensor === output.name ? '' : ', before its softmax';
    return html`<div class="tools">
        ${select({
          label: 'Output',
          value: String(choices.indexOf(chosen)),
          choices: choices.map(({ title }, i) => ({ value: String(i), title: visible(title) })),
          onChange: (value) => store.setOutputs({ choice: Number(value) }),
        })}
        ${select({
          label: 'Sort',
          prefix: 'Sort:',
          value: sorts.includes(sort) ? sort : 'size',
          choices: sorts.map((value) => ({ value, title: outputSortTitles[value] })),
          onChange: (value) => store.setOutputs({ sort: value }),
        })}
        <span class="muted facts" role="status"
          >${counted(rows.length, 'neuron')} on
          ${counted(ablation.samples, 'sample')}${ablation.samples < ablation.of ? ` of ${count(ablation.of)}` : ''};
          mean
          ${amount(output.baseline[chosen.feature])}${logits}${accuracy?.output === output.name ? `; accuracy ${percent(accuracy.before)} (${visible(accuracy.labels)})` : ''}</span
        >
      </div>
      <div class="table" role="table" aria-label="Neurons by their effect" aria-rowcount=${rows.length + 1}>
        <div role="rowgroup">
          <div class="row head" role="row" aria-rowindex="1">
            <span role="columnheader" class="unit">Neuron</span>
            <span role="columnheader" class="words">Label</span>
            <span role="columnheader" class="bar" title="Mean of the output with the neuron less that without it"
              >Effect</span
            >
            <span role="columnheader" class="value"><span class="unseen">Effect as a number</span></span>
            <span role="columnheader" class="flips" title="Samples whose highest output is another without the neuron"
              >Decides</span
            >
            <span role="columnheader" class="accuracy" title="Change of the accuracy without the neuron">Accuracy</span>
          </div>
        </div>
        <lit-virtualizer
          scroller
          role="rowgroup"
          tabindex="0"
          aria-label="Neurons by their effect"
          .items=${rows}
          .keyFunction=${(row: OutputRow) => row.unit}
          .renderItem=${(row: OutputRow, i: number) => this.#row(row, i, most)}
        ></lit-virtualizer>
      </div>`;
  }

  #row({ unit, effect, size, flips, accuracy }: OutputRow, i: number, most: number): TemplateResult {
    const { store } = this;
    const layer = store.view.layer!;
    const share = (50 * Math.abs(effect)) / most;
    const from = `${(effect < 0 ? 50 - share : 50).toFixed(2)}%`;
    return html`<div class="row" role="row" aria-rowindex=${i + 2}>
      <span class="unit" role="cell"
        ><button
          class="link"
          title=${`Show neuron ${unit}`}
          @click=${() => store.setView({ tab: 'neurons', unit, detailOpen: true })}
        >
          ${unit}
        </button></span
      >
      <span class="words" role="cell">${this.#label(layer, unit)}</span>
      <span class="bar" role="cell" title=${`mean magnitude ${amount(size)}`}>
        <svg aria-hidden="true">
          ${svg`<rect class=${effect < 0 ? 'negative' : 'positive'} x=${from} width=${`${share.toFixed(2)}%`} y="1" height="8" rx="1" />
            <rect class="track" x="50%" width="1" height="10" />`}
        </svg>
      </span>
      <span class="value number" role="cell">${signed(effect)}</span>
      <span class="flips number muted" role="cell">${flips === null ? '–' : percent(flips)}</span>
      <span class="accuracy number muted" role="cell"
        >${accuracy === null ? '–' : `${signed(Number((100 * accuracy).toFixed(1)))}\u00a0pt`}</span
      >
    </div>`;
  }

  #label(layer: string, unit: number): TemplateResult | typeof nothing {
    const { rows } = this.store.tables.get(layer);
    const at = rows ? rows.units.indexOf(unit) : -1;
    if (!rows || at < 0) return nothing;
    const parsed = rows.formulas[at];
    if (parsed) return formula(parsed);
    const label = rows.labels[at];
    return label ? labelText(label, longestFirst(this.store.panel?.probe?.concepts ?? [])) : html`<span class="muted">${rows.status[at]}</span>`; // prettier-ignore
  }
}

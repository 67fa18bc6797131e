import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { UnavailableMethod } from '../../shared/engineApi.js';
import { allMetrics, evaluationMetrics, type EvaluationCost, maskMetrics } from '../../shared/evaluation.js';
import type { EvaluationChoice } from '../../shared/panelProtocol.js';
import { judgeable } from '../state/evaluationView.js';
import { Loading } from '../state/loading.js';
import { mapLayers } from '../state/mapChoice.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { count, counted, roughly } from '../text/numbers.js';
import { button, checkbox, numberField } from '../ui/index.js';

/** The choice rests that long before its cost is asked for. */
const rest = 400;
const needsMasks = 'Needs masks of the classes in the probe set.';

/** What to evaluate, what that will cost, and the button. */
@customElement('ox-evaluation-picks')
export class EvaluationPicks extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 12px 16px 20px;
        background: var(--vscode-sideBar-background);
        color: var(--vscode-sideBar-foreground, inherit);
      }
      fieldset {
        min-width: 0;
        margin: 0 0 14px;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        margin-bottom: 4px;
      }
      .list {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
      }
      .long {
        max-height: 172px;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 3px;
        padding: 2px 6px;
      }
      .field {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 12px;
      }
      .whole {
        --input-min-width: 0;
        width: 72px;
      }
      .cost {
        margin: 0 0 8px;
        font-size: 12px;
        line-height: 1.45;
      }
      vscode-checkbox {
        max-width: 100%;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) choice!: EvaluationChoice;
  @property({ attribute: false }) unavailable: readonly UnavailableMethod[] = [];
  @property({ type: Boolean }) running = false;
  /** The result of this choice is there. */
  @property({ type: Boolean }) done = false;
  readonly #cost = new Loading<EvaluationCost>(this);

  override render() {
    const { store, choice } = this;
    const panel = store.panel!;
    const { evaluation } = store.view;
    const layers = mapLayers(panel);
    const isEmpty = choice.methods.length === 0 || choice.metrics.length === 0;
    if (!isEmpty && !this.running && !this.done) this.#estimate();
    return html`${this.#list(
        'Methods',
        judgeable(panel.methods).map(({ name, title, shows, cost }) => {
          const without = this.unavailable.find((of) => of.name === name);
          return {
            title: without ? `${title} (not for this model)` : title,
            hint: without?.reason ?? `${shows} ${cost}`,
            isOn: choice.methods.includes(name),
            isOff: without !== undefined,
            set: (on: boolean) => store.setEvaluation({ methods: toggled(choice.methods, name, on) }),
          };
        }),
      )}
      ${this.#list('Layers', [
        {
          title: 'Last spatial layer',
          hint: 'The last layer with places before pooling',
          isOn: choice.layers.length === 0,
          isOff: false,
          // One layer at least is judged: it can't be unticked but by ticking another.
          set: (on: boolean) => (on ? store.setEvaluation({ layers: [] }) : this.requestUpdate()),
        },
        ...layers.map(({ name }) => ({
          title: store.title(name),
          hint: visible(name),
          isOn: choice.layers.includes(name),
          isOff: false,
          set: (on: boolean) => store.setEvaluation({ layers: toggled(choice.layers, name, on) }),
        })),
      ])}
      ${this.#list(
        'Metrics',
        allMetrics.map((metric) => ({
          title: `${evaluationMetrics[metric].title} ${evaluationMetrics[metric].better === 'higher' ? '↑' : '↓'}`,
          hint: `${evaluationMetrics[metric].shows}${maskMetrics.includes(metric) ? ` ${needsMasks}` : ''}`,
          isOn: choice.metrics.includes(metric),
          isOff: false,
          set: (on: boolean) => store.setEvaluation({ metrics: toggled(choice.metrics, metric, on) }),
        })),
      )}
      <div class="field">
        <span>Pictures</span>
        ${numberField({
          label: 'Pictures, evenly spread over the probe set',
          value: choice.samples,
          max: panel.probe?.samples ?? Number.MAX_SAFE_INTEGER,
          onChange: (samples) => store.setEvaluation({ samples: Math.max(1, samples ?? 5) }),
        })}
        <span class="muted">${panel.probe ? html`of ${count(panel.probe.samples)}` : nothing}</span>
      </div>
      <p class="cost muted" role="status">${isEmpty ? 'Tick a method and a metric.' : this.#words()}</p>
      ${button('Evaluate', () => this.dispatchEvent(new Event('start')), {
        primary: true,
        disabled: isEmpty || this.running || this.done || evaluation.samples < 1,
      })}`;
  }

  #list(
    title: string,
    entries: { title: string; hint: string; isOn: boolean; isOff: boolean; set: (on: boolean) => void }[],
  ): TemplateResult {
    return html`<fieldset>
      <legend><h3>${title}</h3></legend>
      <div class=${`list${entries.length > 8 ? ' long' : ''}`}>
        ${entries.map((entry) => checkbox(entry.title, entry.isOn, entry.set, entry.hint, entry.isOff))}
      </div>
    </fieldset>`;
  }

  #estimate(): void {
    const { store, choice } = this;
    const key = JSON.stringify([choice, store.generation]);
    this.#cost.load(key, async () => {
      await new Promise((resolve) => setTimeout(resolve, rest));
      // Another choice was made meanwhile, and its cost is what is wanted.
      if (JSON.stringify([this.choice, store.generation]) !== key || this.running)
        return { runs: 0, milliseconds: NaN };
      return store.host.call('evaluationCost', choice);
    });
  }

  #words(): string {
    const { choice } = this;
    const { value, pending, error } = this.#cost;
    const rows = choice.methods.length * Math.max(1, choice.layers.length) + Math.max(1, choice.layers.length);
    const table = `${counted(rows, 'row')} (Random-CAM too) × ${counted(choice.metrics.length, 'metric')} × ${counted(choice.samples, 'picture')}`; // prettier-ignore
    if (error || this.running || this.done) return `${table}.`;
    if (pending || !value || Number.isNaN(value.milliseconds))
      return `${table}, how long that takes is being measured…`;
    return `${table}: about ${roughly(value.milliseconds)}, ${count(Math.round(value.runs))} runs of the model.`;
  }
}

/** @returns with or without the entry */
const toggled = <T>(list: readonly T[], entry: T, on: boolean): T[] =>
  on ? [...new Set([...list, entry])] : list.filter((other) => other !== entry);

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OutputClasses, ProbeCorrelation } from '../../shared/correlation.js';
import type { CorrelationChoice } from '../../shared/panelProtocol.js';
import { correlationSteps } from '../state/correlationView.js';
import { JobRun } from '../state/jobRun.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { count } from '../text/numbers.js';
import { button, numberField, segmented, segmentedStyles, select, wordField } from '../ui/index.js';
import './correlationResult.js';
import './job.js';
import { problem, problemStyles } from './problem.js';
import { setStyles } from './setStyles.js';

/** Up to so many outputs are a list to choose from; more are named. */
const listed = 64;
const targetChoices = [
  { value: 'targets', title: 'Its targets' },
  { value: 'itself', title: 'Itself' },
] as const;

/** Integrated Gradient Correlation over the probe set: a map, or a bar a column. */
@customElement('ox-correlation')
export class CorrelationTab extends LitElement {
  static override styles = [base, problemStyles, segmentedStyles, setStyles];

  @property({ attribute: false }) store!: Store;
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
    ${value ? html`<ox-correlation-result .store=${store} .found=${value} ?current=${isCurrent}></ox-correlation-result>` : running ? nothing : this.#about()}`;
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
}

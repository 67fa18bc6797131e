import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { UnavailableMethod } from '../../shared/engineApi.js';
import type { Evaluation, EvaluationProgress } from '../../shared/evaluation.js';
import type { EvaluationChoice } from '../../shared/panelProtocol.js';
import { evaluationChoice } from '../state/evaluationView.js';
import { JobRun } from '../state/jobRun.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { counted, duration } from '../text/numbers.js';
import './evaluationPicks.js';
import './evaluationTable.js';
import './job.js';
import { problem, problemStyles } from './problem.js';
import { setStyles } from './setStyles.js';

/** Whether maps are right: methods × layers × metrics over the probe set, the cells filling while the work goes on. */
@customElement('ox-evaluation')
export class EvaluationTab extends LitElement {
  static override styles = [
    base,
    problemStyles,
    setStyles,
    css`
      :host {
        display: grid;
        grid-template: minmax(0, 1fr) / 280px minmax(0, 1fr);
      }
      ox-evaluation-picks {
        border-inline-end: 1px solid var(--line);
      }
      .found {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        overflow: auto;
      }
      .wait {
        padding: 10px 16px 0;
      }
      :host([room='one']) {
        display: block;
        overflow: auto;
      }
      :host([room='one']) ox-evaluation-picks {
        border: 0;
        border-bottom: 1px solid var(--line);
      }
      :host([room='one']) .found {
        overflow: visible;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  /** The table of the work under way, or of work that was cancelled. */
  @state() private partial: { key: string; progress: EvaluationProgress } | null = null;
  readonly #run = new JobRun<Evaluation>(this, 'evaluate');
  readonly #unavailable = new Loading<UnavailableMethod[]>(this);
  #generation = -1;

  constructor() {
    super();
    new StoreController(this);
  }

  async #resume(): Promise<void> {
    const { host } = this.store;
    try {
      const { evaluation } = await host.call('found', {});
      if (evaluation) this.#run.restore(JSON.stringify(evaluation.choice), evaluation.result);
      if (await host.call('jobProgress', { job: 'evaluate' })) this.#start(this.#choice);
    } catch {
      // Then there is nothing to show yet.
    }
  }

  #start(choice: EvaluationChoice): void {
    this.partial = null;
    // Below the choice, where there is room for one thing at a time.
    if (this.store.room === 'one') this.renderRoot.querySelector('.found')?.scrollIntoView({ block: 'start' });
    void this.#run.start(JSON.stringify(choice), () => this.store.host.call('evaluate', choice));
  }

  get #choice(): EvaluationChoice {
    const { panel, view } = this.store;
    return evaluationChoice(panel!, view.evaluation, this.#unavailable.value ?? []);
  }

  override render() {
    const { store } = this;
    const panel = store.panel!;
    this.setAttribute('room', store.room);
    if (this.#generation !== store.generation) {
      this.#generation = store.generation;
      this.#run.forget();
      this.partial = null;
      void this.#resume();
    }
    if (panel.probe && panel.probe.kind !== 'images') {
      return html`<p class="empty muted">
        Maps are judged over a probe set of pictures; this one holds none. Choose another one above.
      </p>`;
    }
    const { layers } = store.view.evaluation;
    this.#unavailable.load(
      JSON.stringify([layers, store.generation]),
      () => store.host.call('unavailableMethods', { layers }),
      true,
    );
    const choice = this.#choice;
    const { running, error, value, key } = this.#run;
    const isCurrent = key === JSON.stringify(choice);
    return html`<ox-evaluation-picks
        .store=${store}
        .choice=${choice}
        .unavailable=${this.#unavailable.value ?? []}
        .running=${running}
        .done=${value !== null && isCurrent}
        @start=${() => this.#start(choice)}
      ></ox-evaluation-picks>
      <div class="found">
        ${error ? problem(error) : nothing}
        ${
          running
            ? html`<div class="wait">
                <ox-job
                  .store=${store}
                  job="evaluate"
                  label="Judging maps"
                  @progress=${({ detail }: CustomEvent<EvaluationProgress>) => {
                    if ('table' in detail) this.partial = { key, progress: detail };
                  }}
                ></ox-job>
              </div>`
            : nothing
        }
        ${this.#table(running, value, isCurrent)}
      </div>`;
  }

  #table(running: boolean, value: Evaluation | null, isCurrent: boolean): TemplateResult | typeof nothing {
    const { store } = this;
    const partial = this.partial?.key === this.#run.key ? this.partial.progress : null;
    if (partial && (running || !value || !isFinished(value, partial))) {
      return html`${running ? nothing : html`<p class="facts" role="status">Stopped: these are means over what was measured until then.</p>`}
        <ox-evaluation-table
          .store=${store}
          .table=${partial.table}
          .working=${running ? partial.row : -1}
        ></ox-evaluation-table>`;
    }
    if (running) return nothing;
    if (!value) return about;
    return html`<p class="facts" role="status">
        Means over ${counted(value.samples, 'picture')}, for the class that the model finds in each, in
        ${duration(value.milliseconds)}${isCurrent ? '' : html`<span class="muted">; the choice is another one by now</span>`}.
      </p>
      ${
        value.notes.length > 0
          ? html`<ul class="notes">
              ${value.notes.map((note) => html`<li><bdi>${visible(note)}</bdi></li>`)}
            </ul>`
          : nothing
      }
      <ox-evaluation-table .store=${store} .table=${value} .working=${-1}></ox-evaluation-table>`;
  }
}

/** The work that a table was told of ended with that result. */
const isFinished = (value: Evaluation, { done, total, table }: EvaluationProgress): boolean =>
  done === total || value.rows.length !== table.rows.length;

const about = html`<p class="empty muted">
  A map can look right and be wrong. Here methods and layers are judged by what happens to the prediction when pixels
  that a map points at are deleted, inserted or imputed, by masks of the classes where the probe set has them, and by
  whether the map changes when the network’s weights are shuffled; each beside Random-CAM, a map by chance.
</p>`;

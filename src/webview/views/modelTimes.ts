import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PanelError } from '../../shared/panelProtocol.js';
import { panelError } from '../protocol/index.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { counted, precise } from '../text/numbers.js';
import { button, spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';

/** Measures how long the layers take, and says of what the times are. */
@customElement('ox-model-times')
export class ModelTimes extends LitElement {
  static override styles = [
    base,
    problemStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 0 16px 8px;
      }
      p {
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @state() private measuring = false;
  @state() private error: PanelError | null = null;

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const panel = this.store.panel;
    if (!panel || panel.status.state === 'restricted') return nothing;
    const { timings } = panel;
    const busy = panel.status.state === 'working';
    return html`${
      this.measuring
        ? html`${spinner('Measuring')}${button('Stop', () => void this.store.act('stopMeasuring', {}))}`
        : button(timings ? 'Measure again' : 'Measure time', () => void this.#measure(), {
            disabled: busy,
            title: busy ? 'Can be measured when the explanation is done' : 'How long each layer takes on one input',
          })
    }
    ${this.error ? problem(this.error) : nothing}
    ${
      timings
        ? html`<p class="muted">
            ${precise(timings.total)} a run of ${counted(timings.batch, 'input')} on
            ${counted(timings.threads, 'thread')} (${timings.provider}), typical of ${counted(timings.runs, 'run')};
            ${precise(outside(timings))} of it outside of these layers. ${timings.notes.join(' ')}
          </p>`
        : nothing
    }`;
  }

  async #measure(): Promise<void> {
    this.measuring = true;
    this.error = null;
    try {
      const timings = await this.store.host.call('measure', {});
      if (timings) this.store.setTimings(timings);
    } catch (error) {
      this.error = panelError(error);
    }
    this.measuring = false;
  }
}

function outside({ total, layers }: { total: number; layers: { milliseconds: number }[] }): number {
  return Math.max(0, total - layers.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
}

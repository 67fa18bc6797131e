import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { JobProgress } from '../../shared/engineApi.js';
import type { JobName } from '../../shared/panelProtocol.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { percent } from '../text/numbers.js';
import { button } from '../ui/index.js';

const interval = 250;

/** How far a job is, and the button that cancels it. It asks while it is on the page. */
@customElement('ox-job')
export class Job extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 26px;
      }
      progress {
        flex: 1 1 60px;
        min-width: 40px;
        max-width: 260px;
        height: 6px;
        accent-color: var(--vscode-progressBar-background, var(--accent));
      }
      .number {
        min-width: 42px;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property() job: JobName = 'ablate';
  /** What is being done. */
  @property() label = '';
  @state() private progress: JobProgress | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#ask(), interval);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    // A question that fails is asked again; the job itself says what went wrong.
    this.progress = await this.store.host.call('jobProgress', { job: this.job }).catch(() => this.progress);
  }

  override render() {
    const { progress } = this;
    const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
    return html`<progress aria-label=${this.label} max="1" value=${share}></progress>
      <span class="number muted">${percent(share)}</span>
      ${button('Cancel', () => void this.store.act('cancelJob', { job: this.job }))}`;
  }
}

import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PanelMethods } from '../../shared/panelProtocol.js';
import type { JobName } from '../../shared/panelProtocol.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { percent, roughly } from '../text/numbers.js';
import { button } from '../ui/index.js';

type Progress = ReturnType<PanelMethods['jobProgress']>;

const interval = 250;
/** Before that, how long the rest takes is anybody's guess. */
const guessed = 3000;

/**
 * How far a job is, how long it will take, and the button that cancels it. It asks while it is on the page, and passes on
 * what it hears as `progress`.
 */
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
  @state() private progress: Progress = null;
  /** When it was first heard of, and how far it was. */
  #heard: { at: number; share: number } | null = null;
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
    if (!this.progress) return;
    this.#heard ??= { at: performance.now(), share: this.#share };
    this.dispatchEvent(new CustomEvent('progress', { detail: this.progress }));
  }

  get #share(): number {
    const { progress } = this;
    return progress && progress.total > 0 ? progress.done / progress.total : 0;
  }

  /** At the pace since it was first heard of. */
  #left(): string {
    if (!this.#heard) return '';
    const passed = performance.now() - this.#heard.at;
    const done = this.#share - this.#heard.share;
    return passed < guessed || done <= 0 ? '' : `about ${roughly((passed / done) * (1 - this.#share))} left`;
  }

  override render() {
    const share = this.#share;
    return html`<progress aria-label=${this.label} max="1" value=${share}></progress>
      <span class="number muted">${percent(share)}</span>
      <span class="left muted">${this.#left()}</span>
      ${button('Cancel', () => void this.store.act('cancelJob', { job: this.job }))}`;
  }
}

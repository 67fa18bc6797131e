import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { JobName, PanelError } from '../../shared/panelProtocol.js';
import { panelError } from '../protocol/index.js';
import type { Store } from './store.js';

/**
 * A job as one view sees it: asked for, under way, done or failed. A page that is opened while it is under way joins it:
 * the host answers the same question with the same work.
 */
export class JobRun<T> implements ReactiveController {
  running = false;
  error: PanelError | null = null;
  value: T | null = null;
  /** What the value or the work is about. */
  key = '';
  #call = 0;

  constructor(
    private readonly view: ReactiveControllerHost & { store: Store },
    readonly job: JobName,
  ) {
    view.addController(this);
  }

  hostConnected(): void {}

  /** What was found before. */
  restore(key: string, value: T): void {
    if (this.running) return;
    Object.assign(this, { key, value, error: null });
    this.view.requestUpdate();
  }

  async start(key: string, ask: () => Promise<T | null>): Promise<void> {
    const call = ++this.#call;
    Object.assign(this, { running: true, error: null, key });
    this.view.requestUpdate();
    try {
      const value = await ask();
      if (call !== this.#call) return;
      if (value !== null) this.value = value;
    } catch (error) {
      if (call !== this.#call) return;
      this.error = panelError(error);
    }
    this.running = false;
    this.view.requestUpdate();
  }

  /** What was found or is on its way is not about what is shown any more. */
  forget(): void {
    this.#call++;
    Object.assign(this, { running: false, error: null, value: null, key: '' });
  }
}

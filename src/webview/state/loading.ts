import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { PanelError } from '../../shared/panelProtocol.js';
import { panelError } from '../protocol/index.js';

/** One thing that a view loads by key: only the newest key counts, an answer that comes too late is dropped. */
export class Loading<T> implements ReactiveController {
  value: T | null = null;
  error: PanelError | null = null;
  pending = false;
  #key: string | null = null;

  constructor(private readonly view: ReactiveControllerHost) {
    view.addController(this);
  }

  hostConnected(): void {}

  /** Does nothing where that key is loaded or on its way. While a new one loads, the old value stays if `keep` says so. */
  load(key: string, run: () => Promise<T>, keep = false): void {
    if (key === this.#key) return;
    this.#key = key;
    if (!keep) this.value = null;
    this.error = null;
    this.pending = true;
    run().then(
      (value) => this.#settle(key, value, null),
      (error: unknown) => this.#settle(key, null, panelError(error)),
    );
  }

  clear(): void {
    this.#key = null;
    this.value = null;
    this.error = null;
    this.pending = false;
  }

  #settle(key: string, value: T | null, error: PanelError | null): void {
    if (key !== this.#key) return;
    this.value = value;
    this.error = error;
    this.pending = false;
    this.view.requestUpdate();
  }
}

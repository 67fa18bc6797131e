import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Store } from './store.js';

/** Redraws a view whenever the store changes. The view has its `store` before it is connected. */
export class StoreController implements ReactiveController {
  #leave: (() => void) | null = null;

  constructor(private readonly view: ReactiveControllerHost & { store: Store }) {
    view.addController(this);
  }

  hostConnected(): void {
    this.#leave = this.view.store.subscribe(() => this.view.requestUpdate());
  }

  hostDisconnected(): void {
    this.#leave?.();
    this.#leave = null;
  }
}

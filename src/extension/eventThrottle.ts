import type { PanelEvent } from '../shared/panelProtocol.js';
import { formerSummary } from './formerCheckpoint.js';
import type { ModelSession } from './session.js';

/**
 * Milliseconds between two pictures of the work: ten a second are enough, and fewer where each of them carries thousands
 * of layers.
 */
const interval = (layers: number): number => Math.min(2000, Math.max(100, layers / 5));

/**
 * Passes a session's changes on to one page: what comes within an interval is merged, and each event is made from what
 * the session knows when it is sent. A page that does not listen (hidden, or not loaded yet) is told nothing: it asks for
 * the whole state when it does, and `opened` then tells it what the host wants shown.
 */
export class EventThrottle {
  readonly #due = new Set<PanelEvent['event']>();
  readonly #rows = new Set<string>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #listens = false;
  /** Its state is on the way: what happens meanwhile may not be in it. */
  #opening = false;

  constructor(
    private readonly session: ModelSession,
    private readonly post: (event: PanelEvent) => void,
  ) {
    this.#unsubscribe = session.onEvent((event, layers) => {
      if (!this.#listens && !this.#opening && event !== 'show') return;
      this.#due.add(event);
      for (const layer of layers) this.#rows.add(layer);
      if (this.#listens) this.#timer ??= setTimeout(() => this.#flush(), interval(session.layerCount));
    });
  }

  /** The page asks for its state. */
  opening(): void {
    this.#opening = true;
  }

  /** The page has its state and listens from now on. */
  opened(): void {
    this.#opening = false;
    this.#listens = true;
    this.#flush();
  }

  /** The page is gone from the screen, and with it what it knew. */
  hidden(): void {
    this.#listens = this.#opening = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const show = this.#due.has('show');
    this.#due.clear();
    this.#rows.clear();
    if (show) this.#due.add('show');
  }

  dispose(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { session } = this;
    const { structure, probe } = session.results;
    const due = new Set(this.#due);
    const rows = [...this.#rows];
    this.#due.clear();
    this.#rows.clear();
    if (due.has('structure') && structure) this.post({ event: 'structure', structure });
    if (due.has('probe') && probe) this.post({ event: 'probe', probe });
    if (due.has('layers')) this.post({ event: 'layers', layers: session.layers() });
    if (rows.length > 0) this.post({ event: 'rows', layers: rows });
    if (due.has('former')) this.post({ event: 'former', former: formerSummary(session.results) });
    if (due.has('status')) this.post({ event: 'status', status: session.status });
    if (due.has('show')) this.post({ event: 'show', view: session.view });
  }
}

import type {
  LayerSummary,
  PanelError,
  PanelEvent,
  PanelMethods,
  PanelState,
  PanelView,
} from '../../shared/panelProtocol.js';
import type { ProbeChoice, Timings } from '../../shared/engineApi.js';
import { panelError, type HostClient } from '../protocol/index.js';
import { layerTitles } from '../text/layerTitles.js';
import { visible } from '../text/names.js';
import { PictureCache } from './pictureCache.js';
import { RowTables } from './rowTables.js';
import { descendsFirst, type RowQuery } from './rowOrder.js';
import { initialView, restoreView, type ViewState } from './viewState.js';

export interface SavedState {
  getState(): unknown;
  setState(state: unknown): void;
}

/** How much room the panel has: one pane, two, or three. */
export type Room = 'one' | 'two' | 'three';

/** What an action had to say, for the line below the tabs. */
export interface Message {
  error: boolean;
  text: string;
  hint: string | null;
}

/** All that the page knows. Views read it and are told when it changes; only its methods change it. */
export class Store {
  panel: PanelState | null = null;
  /** Why the first state could not be had. */
  openError: PanelError | null = null;
  view: ViewState;
  room: Room = 'three';
  message: Message | null = null;
  readonly tables: RowTables;
  readonly pictures: PictureCache;
  /** Grows whenever other inputs or another model are explained: what was loaded before is not true any more. */
  generation = 0;
  readonly #listeners = new Set<() => void>();
  readonly #saved: SavedState;
  #titles: { of: unknown; titles: Map<string, string> } = { of: null, titles: new Map() };
  /** Whether the page came with a state of its own, so that the host's first view does not apply. */
  #restored: boolean;
  #shownLayer: string | null = null;
  #messageTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly host: HostClient,
    saved: SavedState,
  ) {
    this.#saved = saved;
    const state = saved.getState();
    this.#restored = state != null;
    this.view = state == null ? initialView : restoreView(state);
    this.tables = new RowTables(host, () => this.changed());
    this.pictures = new PictureCache(host);
    host.onEvent = (event) => this.#take(event);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Pulls the whole state: when the page loads and whenever it becomes visible again. */
  async open(): Promise<void> {
    try {
      const panel = await this.host.call('open', {});
      const other = JSON.stringify(panel.probe?.choice) !== JSON.stringify(this.panel?.probe?.choice);
      this.panel = panel;
      this.openError = null;
      if (other) this.#forget();
      this.tables.outdate(null);
      if (!this.#restored) this.show(panel.view);
      this.#restored = true;
      this.#settleLayer();
      // The host marks no line for a page that was hidden.
      this.#shownLayer = null;
      this.#tellLayer();
    } catch (error) {
      this.openError = panelError(error);
    }
    this.changed();
  }

  setView(change: Partial<ViewState>): void {
    this.view = { ...this.view, ...change };
    this.#saved.setState(this.view);
    this.#tellLayer();
    this.changed();
  }

  /** Tells the host which layer is shown, each time that is another one. */
  #tellLayer(): void {
    const { tab, layer, maps } = this.view;
    const shown = { neurons: layer, maps: maps.layer, outputs: layer, concepts: null, model: null, changes: null }[tab];
    if (!this.panel || shown === this.#shownLayer) return;
    this.#shownLayer = shown;
    // Whether an editor marks a line is nothing that the page waits for.
    this.host.call('selectLayer', { layer: shown }).catch(() => undefined);
  }

  setMaps(change: Partial<ViewState['maps']>): void {
    this.setView({ maps: { ...this.view.maps, ...change } });
  }

  setEvaluation(change: Partial<ViewState['evaluation']>): void {
    this.setView({ evaluation: { ...this.view.evaluation, ...change } });
  }

  setCorrelation(change: Partial<ViewState['correlation']>): void {
    this.setView({ correlation: { ...this.view.correlation, ...change } });
  }

  setAttribution(change: Partial<ViewState['attribution']>): void {
    this.setView({ attribution: { ...this.view.attribution, ...change } });
  }

  setModel(change: Partial<ViewState['model']>): void {
    this.setView({ model: { ...this.view.model, ...change } });
  }

  setTimings(timings: Timings): void {
    if (this.panel) this.panel = { ...this.panel, timings };
    // What takes longest is what one measures for.
    this.setModel({ sort: 'time', descending: true });
  }

  setConcepts(change: Partial<ViewState['concepts']>): void {
    this.setView({ concepts: { ...this.view.concepts, ...change } });
  }

  setOutputs(change: Partial<ViewState['outputs']>): void {
    this.setView({ outputs: { ...this.view.outputs, ...change } });
  }

  setChanges(change: Partial<ViewState['changes']>): void {
    this.setView({ changes: { ...this.view.changes, ...change } });
  }

  setRows(change: Partial<RowQuery>): void {
    const descending =
      change.descending ?? (change.sort === undefined ? this.view.rows.descending : descendsFirst[change.sort]);
    this.setView({ rows: { ...this.view.rows, ...change, descending }, firstRow: 0 });
  }

  /** The scroll position changes too often to redraw for it. */
  rememberScroll(firstRow: number): void {
    if (firstRow === this.view.firstRow) return;
    this.view = { ...this.view, firstRow };
    this.#saved.setState(this.view);
  }

  setRoom(room: Room): void {
    if (room === this.room) return;
    this.room = room;
    this.changed();
  }

  show(view: PanelView): void {
    const input = view.input ?? this.view.maps.input;
    this.setView({
      tab: view.tab,
      ...(view.layer === null ? {} : { layer: view.layer, firstRow: 0 }),
      ...(view.unit === null ? {} : { unit: view.unit, detailOpen: true }),
      maps: {
        ...this.view.maps,
        // A command that shows a picture's map shows that.
        part: view.tab === 'maps' ? 'one' : this.view.maps.part,
        input,
        inputName: view.input?.kind === 'file' ? fileName(view.input.path) : this.view.maps.inputName,
        ...(view.tab === 'maps' && view.layer !== null ? { layer: view.layer, unit: view.unit } : {}),
      },
    });
  }

  selectLayer(layer: string): void {
    if (layer !== this.view.layer) this.setView({ layer, unit: null, firstRow: 0 });
  }

  selectUnit(unit: number, open = true): void {
    this.setView({ unit, detailOpen: open || this.view.detailOpen });
  }

  /** Turns to the maps with one unit's own map over one sample, where that method is there. */
  showMap(layer: string, unit: number, sample: number | null): void {
    const own = this.panel?.methods.some(({ name }) => name === 'activation') ?? false;
    this.setView({
      tab: 'maps',
      maps: {
        ...this.view.maps,
        part: 'one',
        layer,
        comparison: 'one',
        ...(sample === null ? {} : { input: { kind: 'sample', sample }, inputName: null }),
        ...(own ? { method: 'activation', unit } : {}),
      },
    });
  }

  get summary(): LayerSummary | null {
    return this.panel?.layers.find(({ layer }) => layer.name === this.view.layer) ?? null;
  }

  /** Name of a layer for people, by its tensor. */
  title(layer: string): string {
    const source = this.panel?.structure ?? this.panel?.layers;
    if (this.panel && this.#titles.of !== source) {
      const layers = this.panel.structure?.layers ?? this.panel.layers.map((entry) => entry.layer);
      this.#titles = { of: source, titles: layerTitles(layers) };
    }
    return this.#titles.titles.get(layer) ?? visible(layer);
  }

  explain(probe: ProbeChoice | null = null, layers: string[] | null = null): Promise<void> {
    return this.act('explain', { probe, layers, settings: null });
  }

  /** A call made for its effect: a failure is said in the line below the tabs, success by `done`. */
  async act<M extends keyof PanelMethods>(
    method: M,
    params: Parameters<PanelMethods[M]>[0],
    done?: (result: ReturnType<PanelMethods[M]>) => string | null,
  ): Promise<void> {
    try {
      const result = await this.host.call(method, params);
      if (this.message?.error) this.say(null);
      const text = done?.(result) ?? null;
      if (text !== null) this.say({ error: false, text, hint: null });
    } catch (error) {
      const { message, hint } = panelError(error);
      this.say({ error: true, text: message, hint });
    }
  }

  say(message: Message | null): void {
    clearTimeout(this.#messageTimer);
    this.message = message;
    if (message && !message.error) this.#messageTimer = setTimeout(() => this.say(null), 5000);
    this.changed();
  }

  #take(event: PanelEvent): void {
    if (event.event === 'show') {
      this.show(event.view);
      return;
    }
    const panel = this.panel;
    // Before the first state has arrived there is nothing to change; `open` brings all of it.
    if (!panel) return;
    switch (event.event) {
      case 'status':
        this.panel = { ...panel, status: event.status };
        break;
      case 'structure':
        this.panel = { ...panel, structure: event.structure, timings: null };
        this.#forget();
        break;
      case 'probe':
        this.panel = { ...panel, probe: event.probe };
        this.#forget();
        break;
      case 'layers':
        this.panel = { ...panel, layers: event.layers };
        this.#settleLayer();
        break;
      case 'former':
        this.panel = { ...panel, former: event.former };
        // Rows say what changed in each unit.
        this.tables.outdate(null);
        break;
      case 'rows':
        this.tables.outdate(event.layers);
        break;
    }
    this.changed();
  }

  #forget(): void {
    this.generation++;
    this.pictures.clear();
    this.tables.outdate(null);
  }

  /** A layer is always selected where there is one: the one kept, else the last that has labels to show first. */
  #settleLayer(): void {
    const layers = this.panel?.layers ?? [];
    if (layers.length === 0 || layers.some(({ layer }) => layer.name === this.view.layer)) return;
    const first = layers.find(({ explained }) => explained > 0) ?? layers[0];
    this.setView({ layer: first.layer.name, unit: null, firstRow: 0 });
  }
}

export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

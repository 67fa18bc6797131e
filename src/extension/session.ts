import path from 'node:path';
import type { ExplainEvent, MapMethod, ProbeChoice, Timings } from '../shared/engineApi.js';
import { engineFailure } from '../shared/engineRpc.js';
import type { LayerSummary, PanelEvent, PanelState, PanelStatus, PanelView } from '../shared/panelProtocol.js';
import type { Settings } from '../shared/results.js';
import { describe } from './describe.js';
import type { EngineClient } from './engineClient.js';
import { fingerprint, sameFiles, type Fingerprint } from './fingerprint.js';
import { formerSummary } from './formerCheckpoint.js';
import { keepJobs } from './keptJobs.js';
import { isGone, modelGone } from './modelGone.js';
import { ModelQueries } from './modelQueries.js';
import { ModelResults } from './modelResults.js';
import { reportable } from './reportable.js';
import type { ResultStore } from './resultStore.js';
import type { ExplainChange, SessionListener, SessionSurroundings } from './sessionSurroundings.js';
import { whatChanged } from './whatChanged.js';

/** A file that keeps the reader busy for this long is not a model that anyone explains. */
const inspectDeadline = 30_000;

/**
 * One model as the editor knows it: its results, and the work under way. It outlives the panels that show it and the
 * engine process that computes it.
 */
export class ModelSession {
  readonly results = new ModelResults();
  readonly queries: ModelQueries;
  #status: PanelStatus = {
    state: 'empty',
    progress: null,
    error: null,
    stale: null,
    warnings: [],
    milliseconds: null,
  };
  #settings: Settings;
  #layersAsked: string[] = [];
  /** Tensor names of the layers that the work under way, or the last one, was to explain; null before the engine said so. */
  #toExplain: string[] | null = null;
  #methods: MapMethod[] = [];
  #view: PanelView = { tab: 'neurons', layer: null, unit: null, input: null };
  #opening: Promise<void> | null = null;
  #work: { abort: AbortController; ended: Promise<void> } | null = null;
  readonly #listeners = new Set<SessionListener>();

  constructor(
    readonly model: string,
    readonly engine: EngineClient,
    private readonly store: ResultStore,
    private readonly surroundings: SessionSurroundings,
  ) {
    this.#settings = surroundings.settings();
    this.queries = new ModelQueries(model, engine, this.results, surroundings);
    // What work under way leaves is kept at its end.
    this.queries.jobs.onDone = () => void (this.#work ? null : this.#save());
  }

  get name(): string {
    return path.basename(this.model);
  }

  get status(): PanelStatus {
    return this.#status;
  }

  get view(): PanelView {
    return this.#view;
  }

  onEvent(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Once: loads what was found before, reads the model's structure, and explains where the user's settings want that.
   * The first caller may want the structure alone.
   */
  open({ explain = this.surroundings.explainOnOpen() } = {}): Promise<void> {
    return (this.#opening ??= this.#open(explain));
  }

  async state(): Promise<PanelState> {
    await this.open();
    const { structure, probe } = this.results;
    return {
      model: { name: this.name, folder: path.dirname(this.model) },
      structure,
      probe,
      layers: this.layers(),
      status: this.#status,
      settings: this.#settings,
      methods: this.#methods,
      timings: this.queries.timings,
      view: this.#view,
      former: formerSummary(this.results),
    };
  }

  layers(): LayerSummary[] {
    return this.results.summaries(this.#status.state === 'working' ? (this.#toExplain ?? this.#layersAsked) : []);
  }

  /** How many layers `layers` tells of, about. */
  get layerCount(): number {
    return Math.max(this.results.layers.size, this.#toExplain?.length ?? 0);
  }

  /** Pages show this now, and first when they open. */
  show(view: PanelView): void {
    this.#view = view;
    this.#tell('show');
  }

  /** Explains, from the start. Resolves when the work has ended, however it did. */
  async explain(change: ExplainChange = {}): Promise<void> {
    await this.open();
    await this.#explain(change);
  }

  /** As `explain`, unless there are labels of the model as it is now, or they are on their way. */
  async explainIfNeeded(): Promise<void> {
    await this.open();
    const { state, stale } = this.#status;
    if (this.#work || (state === 'done' && !stale)) return;
    if (!this.results.structure) await this.#inspect();
    if (this.results.structure) await this.#explain({});
  }

  /** How long each layer takes; null where it was stopped. */
  measure(): Promise<Timings | null> {
    return this.queries.measure(this.surroundings.run());
  }

  /** Writes what there is into a folder, as one HTML file. Resolves to its path. */
  async report(folder: string): Promise<{ file: string }> {
    return this.queries.report(
      folder,
      reportable(this.results, this.model, this.#settings, this.#toExplain?.length ?? 0),
    );
  }

  /** Ends all work under way; what has arrived stays. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.queries.interrupt();
    this.#work?.abort.abort();
    await this.#work?.ended;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.engine.stop();
    if (!this.results.structure) await this.#inspect();
    if (this.results.structure) await this.#explain({});
  }

  /** The model was written, or went away, or came back: its structure is read again, labels made before are marked as old. */
  async fileChanged(): Promise<void> {
    await this.open();
    const now = await this.#fingerprint();
    const labelled = this.results.layers.size > 0;
    const isBack = isGone(this.#status.error);
    if (labelled && now.model === this.results.made.model && !isBack && this.#status.state !== 'failed') return;
    // The engine may hold the model as it was.
    if (!this.#work) this.engine.stop();
    if (now.model === null) return this.#fail(modelGone(this.name));
    this.queries.forgetPictures();
    await this.#inspect();
    if (labelled) this.#setStatus({ stale: await this.#changed() });
    if (isBack && this.results.explanation) this.#setStatus({ state: 'done' });
    if (labelled && !this.#status.stale) return;
    if (labelled && this.surroundings.explainOnChange() && this.results.structure) void this.#explain({});
    else if (!labelled && !this.#work && this.results.structure && this.surroundings.explainOnOpen())
      void this.#explain({});
  }

  /** Settings, or the files of the probe set, may be others than those that the labels were made with. */
  async otherwiseChanged(): Promise<void> {
    // A session that opens looks by itself.
    await this.#opening;
    if (this.results.layers.size === 0 || this.#work || isGone(this.#status.error)) return;
    const stale = await this.#changed();
    if (stale !== this.#status.stale) this.#setStatus({ stale });
  }

  async trustGranted(): Promise<void> {
    await this.open();
    if (this.#status.state !== 'restricted') return;
    this.#setStatus({ state: 'empty' });
    await this.#loadMethods();
    if (this.surroundings.explainOnOpen()) void this.#explain({});
  }

  async dispose(): Promise<void> {
    this.#listeners.clear();
    await this.stop();
    this.engine.dispose();
    await this.store.settled();
  }

  async #open(explain: boolean): Promise<void> {
    const stored = await this.store.load(this.model);
    if (stored) {
      this.results.restore(stored);
      this.#settings = stored.settings;
      if (sameFiles(await this.#fingerprint(), stored.made)) this.queries.jobs.restore(stored.jobs ?? []);
      this.#setStatus({
        state: stored.explanation ? 'done' : 'stopped',
        stale: await this.#changed(),
        warnings: stored.warnings,
        milliseconds: stored.milliseconds,
      });
    }
    await keepJobs(this.queries.probeJobs, this.store, this.model, () => this.results.probe, this.surroundings.log);
    if (!stored || this.#status.stale) await this.#inspect();
    if (!this.surroundings.trusted()) {
      if (this.#status.state === 'empty') this.#setStatus({ state: 'restricted' });
      return;
    }
    await this.#loadMethods();
    if (explain && !stored && this.results.structure) void this.#explain({});
  }

  async #loadMethods(): Promise<void> {
    if (!this.results.structure) return;
    try {
      this.#methods = (await this.queries.ask('version', {})).methods ?? [];
    } catch (error) {
      this.#fail(error);
    }
  }

  async #inspect(): Promise<void> {
    try {
      const structure = await this.queries.ask('inspect', { model: this.model }, { deadline: inspectDeadline });
      this.results.structure = structure;
      this.#tell('structure');
      if (this.#status.state === 'failed')
        this.#setStatus({ state: this.results.layers.size > 0 ? 'stopped' : 'empty', error: null });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #explain({ probe, layers, settings }: ExplainChange): Promise<void> {
    if (!this.surroundings.trusted()) return this.#setStatus({ state: 'restricted' });
    // Two may wait for the same end; the later one then finds the earlier one's work and ends that too.
    while (this.#work) await this.stop();
    this.#settings = settings ?? this.surroundings.settings();
    this.#layersAsked = layers ?? this.#layersAsked;
    const abort = new AbortController();
    const choice = probe ?? this.surroundings.probe() ?? this.results.probe?.choice ?? null;
    const ended = this.#run(choice, abort.signal);
    this.#work = { abort, ended };
    await ended;
  }

  async #run(probe: ProbeChoice | null, signal: AbortSignal): Promise<void> {
    const started = Date.now();
    const before = await fingerprint(this.model, null);
    if ((await this.#changed()) !== null) this.queries.forgetPictures();
    this.results.begin(before);
    this.#toExplain = null;
    this.#setStatus({ state: 'working', progress: null, error: null, warnings: [] });
    this.#tell('layers');
    let outcome: Partial<PanelStatus>;
    try {
      const explanation = await this.engine.call(
        'explain',
        {
          model: this.model,
          probe,
          folders: this.surroundings.folders(),
          layers: this.#layersAsked,
          units: null,
          settings: this.#settings,
          limit: null,
          activations: null,
          ...this.surroundings.run(),
        },
        { signal, onEvent: (event) => this.#onEvent(event) },
      );
      const now = await this.#fingerprint();
      this.results.finish(explanation, { model: before.model, probe: now.probe });
      outcome = { state: 'done', stale: await this.#changed(), milliseconds: Date.now() - started };
    } catch (error) {
      const failure = engineFailure(error);
      if (failure.code === 'engine/cancelled') outcome = { state: 'stopped' };
      else {
        this.surroundings.log(`explain: ${describe(error)}`);
        outcome = { state: failure.code === 'engine/lost' ? 'lost' : 'failed', error: failure };
      }
    }
    this.#work = null;
    this.#setStatus({ ...outcome, progress: null });
    this.#tell('layers');
    this.#tell('rows', [...this.results.layers.keys()]);
    this.#tell('former');
    await this.#save();
  }

  #onEvent(event: ExplainEvent): void {
    if (event.type === 'progress') return this.#setStatus({ progress: event });
    if (event.type === 'warning') return this.#setStatus({ warnings: [...this.#status.warnings, event.message] });
    if (event.type === 'structure') this.#toExplain = event.layers ?? null;
    const otherProbe = this.results.apply(event);
    if (otherProbe) this.queries.forgetPictures();
    if (event.type === 'structure') this.#tell('structure');
    if (event.type === 'probe') this.#tell('probe');
    if (event.type !== 'probe' || otherProbe) this.#tell('layers');
    if (event.type === 'statistics') this.#tell('rows', [event.layer.layer.name]);
    if (event.type === 'labels') this.#tell('rows', [event.layer]);
  }

  async #save(): Promise<void> {
    const found = this.results.toKeep();
    const { warnings, milliseconds } = this.#status;
    const more = { settings: this.#settings, warnings, milliseconds, jobs: this.queries.jobs.toKeep() };
    if (found) await this.store.save(this.model, { ...found, ...more }).catch((error) => this.surroundings.log(`results were not kept: ${describe(error)}`)); // prettier-ignore
  }

  #fingerprint(): Promise<Fingerprint> {
    return fingerprint(this.model, this.results.probe);
  }

  /** Why the labels are old, if they are. */
  async #changed(): Promise<string | null> {
    const then = { files: this.results.made, settings: this.#settings };
    return whatChanged(this.name, then, { files: await this.#fingerprint(), settings: this.surroundings.settings() });
  }

  #fail(error: unknown): void {
    const failure = engineFailure(error);
    this.surroundings.log(`${this.name}: ${describe(error)}`);
    this.#setStatus({ state: failure.code === 'engine/lost' ? 'lost' : 'failed', error: failure });
  }

  #setStatus(change: Partial<PanelStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#tell('status');
  }

  #tell(event: PanelEvent['event'], layers: readonly string[] = []): void {
    for (const listener of this.#listeners) listener(event, layers);
  }
}

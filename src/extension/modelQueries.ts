import type {
  ColumnEffect,
  DecisionReasons,
  Feed,
  MapJudgement,
  MapResult,
  Picture,
  ProbeChoice,
  ProbeProposal,
  SampleView,
  Timings,
  UnavailableMethod,
} from '../shared/engineApi.js';
import { engineFailure, type EngineMethod, type EngineParams, type EngineResult } from '../shared/engineRpc.js';
import type { MapCall, StrongestPicture, UnitDetail } from '../shared/panelProtocol.js';
import type { SampleAttribution } from '../shared/attribution.js';
import type { OutputClasses } from '../shared/correlation.js';
import { categoriesOf, dissectionOf, type Dissection } from '../shared/dissection.js';
import { UserError } from '../shared/userError.js';
import type { ConceptCheck, ConceptDraft, ConceptFile, ConceptList } from '../shared/concepts.js';
import { Jobs } from './jobs.js';
import type { CallOptions, EngineClient } from './engineClient.js';
import type { Reportable } from './reportable.js';
import type { ModelResults } from './modelResults.js';
import { ProbeJobs } from './probeJobs.js';
import { PictureCache } from './pictureCache.js';
import type { SessionSurroundings } from './sessionSurroundings.js';
import { strongestPictures } from './strongestPictures.js';

/** These repeat themselves once when the engine was lost under them: the page need not know. */
const repeatable: ReadonlySet<EngineMethod> = new Set([
  'version',
  'picture',
  'unavailableMethods',
  'outputClasses',
  'attribution',
  'sample',
  'columnEffect',
  'feeds',
]);

/** Samples that are remembered: names, labels and values of columns. */
const keptSamples = 2000;

/** What a panel asks the engine about a model that has results: its samples, pictures, maps and weights. */
export class ModelQueries {
  readonly #pictures = new PictureCache();
  readonly #samples = new Map<number, Promise<SampleView>>();
  #interrupt = new AbortController();
  #stopMeasuring = new AbortController();
  #stopMaps = new AbortController();
  #measuring: Promise<Timings | null> | null = null;
  /** As last measured, of the model as it is. */
  timings: Timings | null = null;

  readonly jobs: Jobs;
  readonly probeJobs: ProbeJobs;

  constructor(
    private readonly model: string,
    private readonly engine: EngineClient,
    private readonly results: ModelResults,
    private readonly surroundings: Pick<SessionSurroundings, 'probe' | 'run'>,
  ) {
    this.jobs = new Jobs(model, engine, results, () => this.probe());
    this.probeJobs = new ProbeJobs(model, engine, () => this.#chosen());
  }

  async unit(layer: string, unit: number): Promise<UnitDetail> {
    const { results, explanation } = this.results.unit(layer, unit);
    const samples = await Promise.all(explanation.top.map(({ sample }) => this.sample(sample)));
    const changed = this.results.change?.layers.find(({ name }) => name === layer)?.changed;
    const change = changed?.find((candidate) => candidate.unit === unit) ?? null;
    return { layer: results.layer, explanation, labelled: results.labelled.has(unit), change, samples };
  }

  async strongest(layer: string, unit: number, count: number, size: number): Promise<StrongestPicture[]> {
    const { results, index } = this.results.unit(layer, unit);
    return strongestPictures(results, index, count, {
      picture: (sample) => this.picture(sample, size),
      sample: (sample) => this.sample(sample),
    });
  }

  /** Kept, so that rows show their inputs also while the engine is at work. */
  sample(sample: number): Promise<SampleView> {
    const known = this.#samples.get(sample);
    if (known) return known;
    const view = this.ask('sample', { model: this.model, probe: this.probe(), sample });
    this.#samples.set(sample, view);
    if (this.#samples.size > keptSamples) this.#samples.delete(this.#samples.keys().next().value!);
    view.catch(() => {
      if (this.#samples.get(sample) === view) this.#samples.delete(sample);
    });
    return view;
  }

  picture(sample: number, size: number): Promise<Picture> {
    const probe = this.probe();
    return this.#pictures.get(`${sample} ${size}`, () =>
      this.ask('picture', { model: this.model, probe, sample, size }),
    );
  }

  columnEffect(layer: string, unit: number, sample: number): Promise<ColumnEffect[]> {
    return this.ask('columnEffect', {
      model: this.model,
      probe: this.probe(),
      layer,
      unit,
      sample,
      threads: this.surroundings.run().threads,
    });
  }

  feeds(layer: string, unit: number): Promise<Feed[]> {
    return this.ask('feeds', { model: this.model, layer, unit, limit: 12 });
  }

  /** Null where `stopMeasuring` ended it. Asked for twice at a time, it measures once. */
  measure(run: { threads: number | null; provider: string }): Promise<Timings | null> {
    return (this.#measuring ??= this.#measure(run).finally(() => (this.#measuring = null)));
  }

  stopMeasuring(): void {
    this.#stopMeasuring.abort();
  }

  async #measure({ threads, provider }: { threads: number | null; provider: string }): Promise<Timings | null> {
    const probe = this.#chosen();
    this.#stopMeasuring = new AbortController();
    const signal = AbortSignal.any([this.#stopMeasuring.signal, this.#interrupt.signal]);
    try {
      this.timings = await this.ask('timings', { model: this.model, probe, threads, provider }, { signal });
      return this.timings;
    } catch (error) {
      if (engineFailure(error).code === 'engine/cancelled') return null;
      throw error;
    }
  }

  map(call: MapCall): Promise<MapResult> {
    const probe = this.#chosen();
    const signal = AbortSignal.any([this.#stopMaps.signal, this.#interrupt.signal]);
    return this.ask('map', { ...call, model: this.model, probe, threads: this.surroundings.run().threads }, { signal });
  }

  /** Ends the maps that are being made. */
  stopMaps(): void {
    this.#stopMaps.abort();
    this.#stopMaps = new AbortController();
  }

  unavailableMethods(layers: string[]): Promise<UnavailableMethod[]> {
    return this.ask('unavailableMethods', { model: this.model, layers });
  }

  outputClasses(): Promise<OutputClasses> {
    return this.ask('outputClasses', { model: this.model, probe: this.#chosen(), folders: [] });
  }

  judge(call: MapCall): Promise<MapJudgement> {
    const probe = this.#chosen();
    return this.ask(
      'judge',
      { ...call, model: this.model, probe, threads: this.surroundings.run().threads },
      { signal: this.#interrupt.signal },
    );
  }

  attribution(sample: number, method: string, index: number | null): Promise<SampleAttribution> {
    const { threads } = this.surroundings.run();
    const request = { model: this.model, probe: this.#chosen(), folders: [], sample, method, class: index, threads };
    return this.ask('attribution', request, { signal: this.#interrupt.signal });
  }

  reasons(input: MapCall['input'], layer: string, index: number | null): Promise<DecisionReasons> {
    const probe = this.#chosen();
    return this.ask('reasons', {
      model: this.model,
      probe,
      input,
      layer,
      class: index,
      threads: this.surroundings.run().threads,
    });
  }

  proposals(folders: string[]): Promise<ProbeProposal[]> {
    return this.ask('proposeProbes', { model: this.model, folders }, { signal: this.#interrupt.signal });
  }

  probeFileText(): Promise<string> {
    return this.ask('probeFileText', { model: this.model, probe: this.probe() });
  }

  report(folder: string, content: Reportable): Promise<{ file: string }> {
    const { probe } = this.results;
    const categories = probe ? categoriesOf(probe) : undefined;
    return this.ask(
      'report',
      { ...content, categories, probe: this.probe(), folder },
      { signal: this.#interrupt.signal },
    );
  }

  dissection(layer: string): Dissection {
    const { explanations } = this.results.layer(layer);
    const { probe } = this.results;
    const categories = new Map(Object.entries(probe ? categoriesOf(probe) : {}));
    return dissectionOf(
      explanations.map(({ unit, single }) => ({
        unit,
        concept: single?.label ?? null,
        category: categories.get(single?.label ?? '') ?? '',
        iou: single?.iou ?? 0,
      })),
    );
  }

  concepts(): Promise<ConceptList> {
    return this.ask('concepts', { model: this.model, probe: this.probe() }, { signal: this.#interrupt.signal });
  }

  checkConcept(draft: ConceptDraft[], at: number): Promise<ConceptCheck> {
    return this.ask('checkConcept', { model: this.model, probe: this.probe(), draft, at });
  }

  /** @param text of the probe file, as an editor has it; absent: as it is on disk */
  conceptFile(draft: ConceptDraft[], target: string, text?: string): Promise<ConceptFile> {
    const request = { model: this.model, probe: this.probe(), draft, target, text };
    return this.ask('conceptFile', request, { signal: this.#interrupt.signal });
  }

  async ask<M extends EngineMethod>(
    method: M,
    params: Omit<EngineParams<M>, 'id'>,
    options?: CallOptions,
  ): Promise<EngineResult<M>> {
    try {
      return await this.engine.call(method, params, options);
    } catch (error) {
      if (engineFailure(error).code !== 'engine/lost' || !repeatable.has(method)) throw error;
      return this.engine.call(method, params, options);
    }
  }

  /** Ends the queries that may take long. */
  interrupt(): void {
    this.#interrupt.abort();
    this.jobs.cancelAll();
    this.probeJobs.cancelAll();
    this.#interrupt = new AbortController();
  }

  /** Samples are no longer what they were: another probe set, or another version of the model. */
  forgetPictures(): void {
    this.#pictures.clear();
    this.#samples.clear();
    this.timings = null;
    this.jobs.forget();
    this.probeJobs.forget();
  }

  /** The probe set in use, or the user's choice for as long as no explanation has settled on one. */
  #chosen(): ProbeChoice | null {
    return this.results.probe?.choice ?? this.surroundings.probe();
  }

  /** @throws UserError where there is neither */
  probe(): ProbeChoice {
    const choice = this.#chosen();
    if (!choice) throw new UserError('No probe set is in use yet', { hint: 'explain the model or choose a probe set' });
    return choice;
  }
}

import type { ProbeChoice } from '../shared/engineApi.js';
import type { JobProgress } from '../shared/engineApi.js';
import type { Ablation, UnitCause } from '../shared/effects.js';
import { engineFailure } from '../shared/engineRpc.js';
import type { JobName } from '../shared/panelProtocol.js';
import { defaultSettings } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import type { EngineClient } from './engineClient.js';
import type { ModelResults } from './modelResults.js';

/** Samples that units are switched off on, and cases that a label is checked on. */
const ablationSamples = 500;
const causeCases = 200;

/** Results that are remembered; a layer's effects may be some megabytes. */
const kept = 12;

/** What takes long and is no explanation: one of each kind at a time, its progress asked for, its result remembered. */
export class Jobs {
  readonly #running = new Map<JobName, { abort: AbortController; progress: JobProgress | null }>();
  readonly #done = new Map<string, unknown>();

  constructor(
    private readonly model: string,
    private readonly engine: EngineClient,
    private readonly results: ModelResults,
    private readonly probe: () => ProbeChoice,
  ) {}

  /** Null where it was cancelled. */
  ablate(layer: string, mode: 'zero' | 'mean', threads: number | null): Promise<Ablation | null> {
    return this.#run('ablate', JSON.stringify(['ablate', layer, mode, this.probe()]), (options) =>
      this.engine.call(
        'ablate',
        {
          ...{ model: this.model, probe: this.probe(), folders: [], layer, mode, threads },
          ...{ units: null, output: null, probability: false, samples: ablationSamples, labels: null },
        },
        options,
      ),
    );
  }

  async cause(layer: string, unit: number, threads: number | null): Promise<UnitCause | null> {
    const { explanation } = this.results.unit(layer, unit);
    const { formula, threshold } = explanation;
    if (formula === null || threshold === null)
      throw new UserError(`Neuron ${unit} has no label to check`, { code: 'panel/no-label' });
    const seed = this.results.explanation?.settings.seed ?? defaultSettings.seed;
    const key = JSON.stringify(['cause', layer, unit, formula, threshold, this.probe()]);
    return this.#run('cause', key, async (options) => {
      const result = await this.engine.call(
        'cause',
        {
          ...{ model: this.model, probe: this.probe(), folders: [], layer, seed, threads },
          units: [{ unit, formula, threshold }],
          cases: causeCases,
        },
        options,
      );
      return result.units[0];
    });
  }

  /** How far the job under way is; null where none is. */
  progress(job: JobName): JobProgress | null {
    return this.#running.get(job)?.progress ?? null;
  }

  cancel(job: JobName): void {
    this.#running.get(job)?.abort.abort();
  }

  cancelAll(): void {
    for (const { abort } of this.#running.values()) abort.abort();
  }

  /** Another probe set, or another version of the model. */
  forget(): void {
    this.cancelAll();
    this.#done.clear();
  }

  async #run<T>(
    job: JobName,
    key: string,
    call: (options: { signal: AbortSignal; onProgress: (progress: JobProgress) => void }) => Promise<T>,
  ): Promise<T | null> {
    const known = this.#done.get(key) as T | undefined;
    if (known !== undefined) return known;
    this.cancel(job);
    const own = { abort: new AbortController(), progress: { done: 0, total: 1 } as JobProgress | null };
    this.#running.set(job, own);
    try {
      const onProgress = (progress: JobProgress): void => void (own.progress = progress);
      const result = await call({ signal: own.abort.signal, onProgress });
      this.#done.set(key, result);
      if (this.#done.size > kept) this.#done.delete(this.#done.keys().next().value!);
      return result;
    } catch (error) {
      if (engineFailure(error).code === 'engine/cancelled') return null;
      throw error;
    } finally {
      if (this.#running.get(job) === own) this.#running.delete(job);
    }
  }
}

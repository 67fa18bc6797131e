import type { JobProgress, ProbeChoice } from '../shared/engineApi.js';
import type { Ablation, UnitCause } from '../shared/effects.js';
import { engineFailure } from '../shared/engineRpc.js';
import type { AblationCall, CauseCall, FoundAblation, FoundCause, JobName } from '../shared/panelProtocol.js';
import { defaultSettings } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import type { EngineClient } from './engineClient.js';
import type { ModelResults } from './modelResults.js';

/** As many cases as a probe set can have: so many samples are looked through. */
const allCases = 20_000;

/** Results that are remembered; a layer's effects may be some megabytes. */
const kept = 12;
/** Of all that are kept on disk. */
const keptBytes = 16 * 2 ** 20;

/** The result of a job, and what it was of: so that another panel, and a window that is loaded again, show it too. */
export interface DoneJob {
  job: JobName;
  /** Layer, neuron, label, probe set: all but how many samples or cases were asked for. */
  of: string;
  /** Null: all. */
  asked: number | null;
  result: Ablation | UnitCause;
}

interface CallOptions {
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
}

/** What takes long and is no explanation: one of each kind at a time, its progress asked for, its result remembered. */
export class Jobs {
  readonly #running = new Map<JobName, { abort: AbortController; progress: JobProgress | null }>();
  /** The newest last. */
  #done: DoneJob[] = [];
  /** Called when there is another result to keep. */
  onDone: () => void = () => undefined;

  constructor(
    private readonly model: string,
    private readonly engine: EngineClient,
    private readonly results: ModelResults,
    private readonly probe: () => ProbeChoice,
  ) {}

  /** Null where it was cancelled. */
  ablate({ layer, mode, samples }: AblationCall, threads: number | null): Promise<Ablation | null> {
    return this.#run('ablate', this.#ofAblation(layer, mode), samples, (options) =>
      this.engine.call(
        'ablate',
        {
          ...{ model: this.model, probe: this.probe(), folders: [], layer, mode, threads },
          ...{ units: null, output: null, probability: false, samples, labels: null },
        },
        options,
      ),
    );
  }

  /** As `ablate` found it last, of however many samples; null where it did not. */
  foundAblation(layer: string, mode: AblationCall['mode']): FoundAblation | null {
    const found = this.#found<Ablation>('ablate', this.#ofAblation(layer, mode));
    return found && { ablation: found.result, samples: found.asked };
  }

  async cause({ layer, unit, cases }: CauseCall, threads: number | null): Promise<UnitCause | null> {
    const label = this.#label(layer, unit);
    if (!label) throw new UserError(`Neuron ${unit} has no label to check`, { code: 'panel/no-label' });
    const seed = this.results.explanation?.settings.seed ?? defaultSettings.seed;
    return this.#run('cause', this.#ofCause(layer, unit, label), cases, async (options) => {
      const result = await this.engine.call(
        'cause',
        {
          ...{ model: this.model, probe: this.probe(), folders: [], layer, seed, threads },
          units: [{ unit, ...label }],
          cases: cases ?? allCases,
        },
        options,
      );
      return result.units[0];
    });
  }

  foundCause(layer: string, unit: number): FoundCause | null {
    const label = this.#label(layer, unit);
    const found = label && this.#found<UnitCause>('cause', this.#ofCause(layer, unit, label));
    return found && { cause: found.result, cases: found.asked };
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
    this.#done = [];
  }

  /** What a reload brings back: the newest that are not too large together. */
  toKeep(): DoneJob[] {
    let bytes = 0;
    const first = this.#done.findLastIndex((one) => (bytes += bytesOf(one)) > keptBytes) + 1;
    return this.#done.slice(first);
  }

  restore(done: readonly DoneJob[]): void {
    this.#done = [...done];
  }

  #label(layer: string, unit: number) {
    const { formula, threshold } = this.results.unit(layer, unit).explanation;
    return formula === null || threshold === null ? null : { formula, threshold };
  }

  #ofAblation(layer: string, mode: AblationCall['mode']): string {
    return JSON.stringify([layer, mode, this.probe()]);
  }

  #ofCause(layer: string, unit: number, label: object): string {
    return JSON.stringify([layer, unit, label, this.probe()]);
  }

  #found<T>(job: JobName, of: string): { result: T; asked: number | null } | null {
    const found = this.#done.findLast((one) => one.job === job && one.of === of);
    return found ? { result: found.result as T, asked: found.asked } : null;
  }

  async #run<T extends Ablation | UnitCause>(
    job: JobName,
    of: string,
    asked: number | null,
    call: (options: CallOptions) => Promise<T>,
  ): Promise<T | null> {
    const known = this.#done.find((one) => one.job === job && one.of === of && one.asked === asked);
    if (known) {
      this.#remember(known);
      return known.result as T;
    }
    this.cancel(job);
    const own = { abort: new AbortController(), progress: { done: 0, total: 1 } as JobProgress | null };
    this.#running.set(job, own);
    try {
      const onProgress = (progress: JobProgress): void => void (own.progress = progress);
      const result = await call({ signal: own.abort.signal, onProgress });
      this.#remember({ job, of, asked, result });
      return result;
    } catch (error) {
      if (engineFailure(error).code === 'engine/cancelled') return null;
      throw error;
    } finally {
      if (this.#running.get(job) === own) this.#running.delete(job);
    }
  }

  /** As the newest. */
  #remember(done: DoneJob): void {
    this.#done = [...this.#done.filter((one) => one !== done), done].slice(-kept);
    this.onDone();
  }
}

/** About: what is not in arrays of numbers is small. */
function bytesOf({ result }: DoneJob): number {
  if (!('outputs' in result)) return 10_000;
  return result.outputs.reduce((sum, { effect, size }) => sum + effect.byteLength + size.byteLength, 10_000);
}

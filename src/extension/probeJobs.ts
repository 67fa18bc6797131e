import type { JobProgress, ProbeChoice } from '../shared/engineApi.js';
import type { ProbeCorrelation } from '../shared/correlation.js';
import { engineFailure } from '../shared/engineRpc.js';
import type { Evaluation, EvaluationCost, EvaluationProgress } from '../shared/evaluation.js';
import type { CorrelationChoice, EvaluationChoice, FoundByJobs } from '../shared/panelProtocol.js';
import type { EngineClient } from './engineClient.js';

export const probeJobNames = ['evaluate', 'correlate'] as const;
type Name = (typeof probeJobNames)[number];
type Progress = JobProgress | EvaluationProgress;

interface CallOptions {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

interface Running {
  key: string;
  abort: AbortController;
  progress: Progress;
  result: Promise<unknown>;
}

const nothing: FoundByJobs = { evaluation: null, correlation: null };

/**
 * What is asked of a whole probe set: one of each kind at a time, the last result of each remembered. Who asks again for
 * what is under way, as a page does that was loaded anew, gets the same result.
 */
export class ProbeJobs {
  readonly #running = new Map<Name, Running>();
  #estimate = new AbortController();
  #found = nothing;
  /** Called when there is something new to keep. */
  onFound: () => void = () => undefined;

  constructor(
    private readonly model: string,
    private readonly engine: EngineClient,
    /** Null: the engine's best proposal. */
    private readonly probe: () => ProbeChoice | null,
  ) {}

  /** Null where it was cancelled. */
  async evaluate(choice: EvaluationChoice, threads: number | null): Promise<Evaluation | null> {
    this.#estimate.abort();
    const request = { ...this.#inputs(), ...choice, threads };
    const result = await this.#run('evaluate', JSON.stringify(request), (options) =>
      this.engine.call('evaluate', request, options),
    );
    if (result) this.#keep({ evaluation: { choice, result } });
    return result;
  }

  /** Only the last question is answered: those before it are about a choice that is no more. */
  evaluationCost(choice: EvaluationChoice, threads: number | null): Promise<EvaluationCost> {
    this.#estimate.abort();
    this.#estimate = new AbortController();
    const { signal } = this.#estimate;
    return this.engine.call('evaluationCost', { ...this.#inputs(), ...choice, threads }, { signal });
  }

  /** Null where it was cancelled. */
  async correlate(choice: CorrelationChoice, threads: number | null): Promise<ProbeCorrelation | null> {
    const request = { ...this.#inputs(), ...choice, threads };
    const result = await this.#run('correlate', JSON.stringify(request), (options) =>
      this.engine.call('correlate', request, options),
    );
    if (result) this.#keep({ correlation: { choice, result } });
    return result;
  }

  /** What was evaluated and correlated last. */
  found(): FoundByJobs {
    return this.#found;
  }

  /** As it was kept, of the same model and probe set. */
  restore(found: FoundByJobs): void {
    this.#found = found;
  }

  /** How far the job under way is; null where none is. */
  progress(job: Name): Progress | null {
    return this.#running.get(job)?.progress ?? null;
  }

  cancel(job: Name): void {
    this.#running.get(job)?.abort.abort();
  }

  cancelAll(): void {
    this.#estimate.abort();
    for (const { abort } of this.#running.values()) abort.abort();
  }

  /** Another probe set, or another version of the model. */
  forget(): void {
    this.cancelAll();
    this.#found = nothing;
  }

  #keep(found: Partial<FoundByJobs>): void {
    this.#found = { ...this.#found, ...found };
    this.onFound();
  }

  #inputs() {
    return { model: this.model, probe: this.probe(), folders: [] };
  }

  #run<T>(job: Name, key: string, call: (options: CallOptions) => Promise<T>): Promise<T | null> {
    const under = this.#running.get(job);
    if (under?.key === key && !under.abort.signal.aborted) return under.result as Promise<T | null>;
    this.cancel(job);
    const own: Running = { key, abort: new AbortController(), progress: { done: 0, total: 1 }, result: Promise.resolve() }; // prettier-ignore
    this.#running.set(job, own);
    const result = this.#carryOut(job, own, call);
    own.result = result;
    return result;
  }

  async #carryOut<T>(job: Name, own: Running, call: (options: CallOptions) => Promise<T>): Promise<T | null> {
    try {
      return await call({ signal: own.abort.signal, onProgress: (progress) => (own.progress = progress) });
    } catch (error) {
      if (engineFailure(error).code === 'engine/cancelled') return null;
      throw error;
    } finally {
      if (this.#running.get(job) === own) this.#running.delete(job);
    }
  }
}

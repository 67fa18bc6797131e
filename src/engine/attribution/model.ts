import type { ForwardPass, Gradient } from '../backward/index.js';
import { withInput } from '../map/inputBatch.js';
import type { Tensor } from '../runtime/tensor.js';
import { type ClassPlaces, classPlaces, classScore, type ClassTarget } from './classTarget.js';

/** A batch at the point of its inputs: what methods ask of the model there and nearby. */
export class Model {
  #classes: readonly number[] = [];
  #places: ClassPlaces | null = null;
  /** What the model computed to choose the classes. */
  #values: Record<string, Tensor> | null = null;
  #backward: ForwardPass['backward'] | null = null;

  constructor(
    private readonly gradient: Gradient,
    readonly feeds: Record<string, Tensor>,
    readonly input: string,
    readonly wrt: string,
    private readonly target: Omit<ClassTarget, 'classes'>,
    readonly count: number,
    /** Awaited before a run, which blocks this thread: a cancellation arrives there. */
    private readonly pause: () => Promise<void>,
  ) {}

  get inputTensor(): Tensor {
    return this.feeds[this.input];
  }

  /**
   * @param repeats whether gradients at other points follow: the session that gives them is opened alone then
   * @param choose  the class of all samples, of so many; null: each sample's highest, for which the model is run
   */
  async classes(repeats: boolean, choose: (total: number) => Promise<number | null>): Promise<readonly number[]> {
    const { [this.target.tensor]: dims } = await this.gradient.targetDims(this.feeds);
    this.#places = classPlaces(dims, this.target.unitAxis);
    const chosen = await choose(this.#places.total);
    if (chosen !== null) {
      this.#classes = new Array<number>(this.count).fill(chosen);
    } else {
      if (repeats) ({ values: this.#values } = await this.gradient.run(this.feeds, {}));
      else ({ values: this.#values, backward: this.#backward } = await this.gradient.forward(this.feeds));
      this.#classes = classScore(
        this.#values[this.target.tensor],
        { ...this.target, classes: null },
        this.count,
      ).classes;
    }
    return this.#classes;
  }

  /** Scores at the batch's own inputs, where they were computed to choose the classes; otherwise that would take a run. */
  get knownScores(): Float64Array | null {
    return this.#values && this.#scoresOf(this.#values);
  }

  /**
   * Scores, values of the tensor attributed to, and what comes back to it from a score that counts 1: its gradients, or whatever
   * the rules make of them.
   *
   * @param input in place of the batch's own
   */
  async at(input: Float32Array | null): Promise<{ scores: Float64Array; values: Tensor; back: Float32Array }> {
    await this.pause();
    const seeds = { [this.target.tensor]: this.#places!.seed(this.#classes) };
    const { values, gradients } =
      !input && this.#values && this.#backward
        ? { values: this.#values, gradients: await this.#backward(seeds) }
        : await this.gradient.run(input ? withInput(this.feeds, this.input, input) : this.feeds, seeds);
    return {
      scores: this.#scoresOf(values),
      values: values[this.wrt],
      back: gradients[this.wrt].data as Float32Array,
    };
  }

  #scoresOf(values: Record<string, Tensor>): Float64Array {
    return classScore(values[this.target.tensor], { ...this.target, classes: this.#classes }, this.count).scores;
  }
}

export interface GradientCorrelation {
  /** By input component; they add up to `correlation`. NaN where the correlation is not defined. */
  values: Float64Array;
  /** Pearson's correlation of the predictions with the targets; 1 without targets. */
  correlation: number;
  /** Sum of the values less the correlation: 0 were the integrated gradients exact. */
  completenessError: number;
  samples: number;
}

/**
 * Integrated Gradient Correlation (Lelièvre and Chen 2024): how much each input component contributes to the correlation
 * of a model's predictions with the targets, over a data set:
 *
 *   IGC_j = 1/n Σ_x (IG_j(x) - mean IG_j) (y(x) - mean y) / (σ_y σ_ŷ)
 *
 * with population standard deviations. Without targets the predictions take their place (auto-correlation, IGaC). One pass
 * (Welford's updates): memory is three numbers a component.
 */
export class GradientCorrelationSum {
  readonly #meanAttribution: Float64Array;
  readonly #products: Float64Array;
  #samples = 0;
  #target = { mean: 0, squares: 0 };
  #prediction = { mean: 0, squares: 0 };
  #together = 0;

  constructor(components: number) {
    this.#meanAttribution = new Float64Array(components);
    this.#products = new Float64Array(components);
  }

  /**
   * @param attribution integrated gradients of the prediction at this sample
   * @param target      null: the prediction itself
   */
  add(attribution: ArrayLike<number>, prediction: number, target: number | null = null): void {
    const wanted = target ?? prediction;
    const n = ++this.#samples;
    const targetBefore = wanted - this.#target.mean;
    this.#target.mean += targetBefore / n;
    const targetAfter = wanted - this.#target.mean;
    this.#target.squares += targetBefore * targetAfter;
    const predictionBefore = prediction - this.#prediction.mean;
    this.#prediction.mean += predictionBefore / n;
    this.#prediction.squares += predictionBefore * (prediction - this.#prediction.mean);
    this.#together += predictionBefore * targetAfter;
    for (let j = 0; j < this.#products.length; j++) {
      const before = attribution[j] - this.#meanAttribution[j];
      this.#meanAttribution[j] += before / n;
      this.#products[j] += before * targetAfter;
    }
  }

  /** Where the targets or the predictions are all equal there is no correlation, and all values are NaN. */
  result(): GradientCorrelation {
    const scale = Math.sqrt(this.#target.squares * this.#prediction.squares);
    const values = this.#products.map((product) => (scale > 0 ? product / scale : NaN));
    const correlation = scale > 0 ? this.#together / scale : NaN;
    return {
      values,
      correlation,
      completenessError: values.reduce((sum, value) => sum + value, 0) - correlation,
      samples: this.#samples,
    };
  }
}

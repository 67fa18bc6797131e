/** What gradient-based attributions ask of a model: the target's value and its gradient at each of these points. */
export type GradientFunction = (
  points: readonly Float32Array[],
) => Promise<{ values: Float64Array; gradients: Float32Array[] }>;

/** Points that are kept at a time. */
export const pointsAtATime = 16;

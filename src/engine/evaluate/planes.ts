/** One prepared input: channels × height × width, as it goes into the model. */
export interface Planes {
  values: Float32Array;
  channels: number;
  height: number;
  width: number;
}

/** Probabilities of one class for that many inputs of the same size; batches them as the model allows. */
export type ClassProbability = (inputs: readonly Float32Array[]) => Promise<Float64Array>;

/** Positions by saliency, highest first; equals in the order of the picture. NaN counts as lowest. */
export function bySaliency(map: Float32Array): Uint32Array {
  const order = Uint32Array.from(map, (_, i) => i);
  const key = map.map((value) => (Number.isNaN(value) ? -Infinity : value));
  return order.sort((a, b) => key[b] - key[a] || a - b);
}

/**
 * A permutation of the samples that leaves none in its place (a single cycle, Sattolo 1986), the same for the same seed and
 * round. A probe set of one sample has no such permutation and gets the identity.
 *
 * @param seed  any integer
 * @param round which of several shuffles, from 0
 */
export function sampleShuffle(samples: number, seed: number, round: number): Uint32Array {
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  const random = splitMix32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b));
  for (let i = samples - 1; i > 0; i--) {
    const j = Math.floor((random() / 2 ** 32) * i);
    const swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  return order;
}

/** SplitMix with 32-bit state: whole numbers in [0, 2^32). */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

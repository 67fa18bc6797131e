/** Tommy Ettinger's mulberry32, public domain: uniform in [0, 1); equal seeds give equal numbers. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + step) | 0;
    return mixed(state) / 2 ** 32;
  };
}

const step = 0x6d2b79f5;

/** 32 bits, none of which is like the state's. */
function mixed(state: number): number {
  let z = Math.imul(state ^ (state >>> 15), state | 1);
  z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
  return (z ^ (z >>> 14)) >>> 0;
}

/** Layers of the ziggurat, where the lowest begins its tail, and the area of each under exp(-x²/2). */
const layers = 128;
const tail = 3.442619855899;
const area = 9.91256303526217e-3;
const height = (x: number): number => Math.exp(-0.5 * x * x);

/** The layers' right ends, from the lowest, which is widened to hold the tail, to 0. */
const ends = new Float64Array(layers + 1);
ends[0] = area / height(tail);
ends[1] = tail;
for (let i = 2; i < layers; i++) ends[i] = Math.sqrt(-2 * Math.log(area / ends[i - 1] + height(ends[i - 1])));

/**
 * Fills arrays with standard normal numbers, one array going on where the last one ended; equal seeds give equal numbers: the
 * ziggurat (Marsaglia and Tsang 2000, in Doornik's form of 2005) on mulberry32, which takes one draw and no logarithm or root in
 * 98 of 100 cases.
 *
 * Arrays, because a fraction that one function hands to another is put on the heap: that takes five times as long.
 */
export function normalFiller(seed: number): (into: Float64Array) => void {
  let state = seed | 0;
  const uniform = (): number => draw() / 2 ** 32;
  const draw = (): number => {
    state = (state + step) | 0;
    return mixed(state);
  };
  return (into) => {
    for (let i = 0; i < into.length;) {
      const bits = draw();
      const layer = bits % layers;
      const share = (bits >>> 7) / 2 ** 24 - 1;
      const x = share * ends[layer];
      if (Math.abs(x) < ends[layer + 1]) into[i++] = x;
      else {
        const found = atTheEdge(layer, share, uniform);
        if (!Number.isNaN(found)) into[i++] = found;
      }
    }
  };
}

/** Two cases in a hundred: in the part of a layer that the curve goes through, or in the tail. NaN: another draw is needed. */
function atTheEdge(layer: number, share: number, uniform: () => number): number {
  if (layer === 0) return share < 0 ? -inTail(uniform) : inTail(uniform);
  const x = share * ends[layer];
  const [low, high] = [height(ends[layer]), height(ends[layer + 1])];
  return low + uniform() * (high - low) < height(x) ? x : NaN;
}

/** Beyond where the lowest layer ends. 1 - u is never 0. */
function inTail(uniform: () => number): number {
  for (;;) {
    const x = -Math.log(1 - uniform()) / tail;
    if (-2 * Math.log(1 - uniform()) > x * x) return tail + x;
  }
}

/** In place, every order as likely as every other (Fisher and Yates). */
export function shuffle<T extends { length: number; [index: number]: number }>(values: T, uniform: () => number): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const swap = values[i];
    values[i] = values[j];
    values[j] = swap;
  }
  return values;
}

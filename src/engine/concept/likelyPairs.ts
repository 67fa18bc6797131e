let pairs = new Uint32Array(1024);

/**
 * The pairs of atoms that might gain more than `least` (q · hits − p · extras) when joined, by what each has alone: a OR b brings the
 * hits of both and has at least the larger extras; a AND b has at most the fewer hits; a AND NOT b has at most the hits of a
 * and loses at most the extras of b.
 *
 * @returns a, b, a, b, …, overwritten by the next call; and how many pairs were looked at
 */
export function likelyPairs(
  hits: Float64Array,
  extras: Float64Array,
  p: number,
  q: number,
  least: number,
): { pairs: Uint32Array; steps: number } {
  const atoms = hits.length;
  let length = 0;
  let steps = 2 * atoms;
  const add = (a: number, b: number): void => {
    if (length === pairs.length) {
      const longer = new Uint32Array(2 * length);
      longer.set(pairs);
      pairs = longer;
    }
    pairs[length++] = a;
    pairs[length++] = b;
  };
  // The larger extras are at least the mean, so that an OR gains at most the sum of two such halves.
  let highest = -Infinity;
  for (let a = 0; a < atoms; a++) {
    const half = q * hits[a] - (p * extras[a]) / 2;
    if (half > highest) highest = half;
  }
  for (let a = 0; a < atoms; a++) {
    const hitsA = q * hits[a];
    const extrasA = p * extras[a];
    // Alone it has what a pair by AND or AND NOT needs.
    if (hitsA > least) {
      steps += atoms;
      for (let b = 0; b < atoms; b++) {
        const hitsB = q * hits[b];
        if (b === a || (b < a && hitsB > least)) continue;
        const extrasB = p * extras[b];
        if (
          hitsB > least ||
          hitsA + hitsB - (extrasA > extrasB ? extrasA : extrasB) > least ||
          hitsA - (extrasA > extrasB ? extrasA - extrasB : 0) > least
        ) {
          add(a, b);
        }
      }
    } else if (hitsA - extrasA / 2 + highest > least) {
      steps += atoms - a;
      for (let b = a + 1; b < atoms; b++) {
        const hitsB = q * hits[b];
        const extrasB = p * extras[b];
        if (hitsB <= least && hitsA + hitsB - (extrasA > extrasB ? extrasA : extrasB) > least) add(a, b);
      }
    }
  }
  return { pairs: pairs.subarray(0, length), steps };
}

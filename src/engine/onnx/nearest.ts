/**
 * The candidates most like a name that fits none of them, best first: those that contain it, or are contained in it,
 * then by how many pairs of neighbouring characters they share (Dice's coefficient). Long paths that end alike are
 * alike; an edit distance would prefer short names.
 */
export function nearest(name: string, candidates: readonly string[], count: number): string[] {
  const wanted = name.toLowerCase();
  const pairs = pairsOf(wanted);
  return candidates
    .map((candidate) => ({ candidate, likeness: likeness(candidate.toLowerCase()) }))
    .filter((entry) => entry.likeness >= 0.3)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, count)
    .map((entry) => entry.candidate);

  function likeness(candidate: string): number {
    const others = pairsOf(candidate);
    let shared = 0;
    for (const pair of others) {
      shared += pairs.has(pair) ? 1 : 0;
    }
    const dice = (2 * shared) / Math.max(pairs.size + others.size, 1);
    return candidate.includes(wanted) || (candidate.length > 2 && wanted.includes(candidate)) ? 1 + dice : dice;
  }
}

function pairsOf(text: string): Set<string> {
  const clipped = text.slice(0, 200);
  return new Set(Array.from({ length: Math.max(clipped.length - 1, 0) }, (_, i) => clipped.slice(i, i + 2)));
}

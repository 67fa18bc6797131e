/**
 * The candidate that a mistyped name most likely stands for: smallest edit distance with neighbouring letters swapped
 * counting as one edit, at most a third of the name's length; null where none is that near. Case hardly counts.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(0.5, name.length / 3) + 1e-9;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > bestDistance) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "x"?` where a candidate is near, else the candidates themselves, at most eight. */
export function didYouMean(name: string, candidates: readonly string[], noun: string): string | undefined {
  const near = nearest(name, candidates);
  if (near !== null) return `did you mean "${near}"?`;
  if (candidates.length === 0) return undefined;
  const shown = candidates.slice(0, 8).map((candidate) => `"${candidate}"`);
  return `${noun} are ${shown.join(', ')}${candidates.length > 8 ? `, and ${candidates.length - 8} more` : ''}`;
}

function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + difference(a[i - 1], b[j - 1]));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforePrevious[j - 2] + 1);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length];
}

const difference = (x: string, y: string): number => (x === y ? 0 : x.toLowerCase() === y.toLowerCase() ? 0.1 : 1);

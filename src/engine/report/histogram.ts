/** Bars that a histogram is drawn with, and the size of the drawing's box. */
const bars = 48;
export const histogramBox = { width: 2 * bars, height: 24 };

/**
 * A histogram as SVG: what fires in the accent colour, the rest grey. Most neurons are silent most of the time, and that one
 * bar would flatten all others: heights are on a square-root scale, and a bar that towers over the second tallest is cut off.
 *
 * @param counts    one a bin
 * @param edges     one more than counts, increasing
 * @param threshold what lies above it fires; null: nothing does
 * @param fireRate  share that fires: it tells how much of the bar with the threshold in it does, such as the bar that
 *                  holds both a ReLU's zeros and its smallest values
 */
export function histogramSvg(
  counts: readonly number[],
  edges: readonly number[],
  threshold: number | null,
  fireRate: number,
): string {
  if (counts.length === 0) return '';
  const low = edges[0];
  const high = edges[edges.length - 1];
  const range = high - low;
  if (!(range > 0)) return svg(bar(bars / 2, 1), '');
  const heights = rebinned(counts, edges, low, range);
  const full = fullHeight(heights);
  const split = threshold === null ? bars : Math.floor(((threshold - low) / range) * bars);
  let silentLeft = (1 - fireRate) * heights.reduce((sum, count) => sum + count, 0);
  let silent = '';
  let firing = '';
  heights.forEach((count, i) => {
    // What is left of the silent ones goes on into the next bar: a wide bin shares its zeros among several.
    const below = i < split ? count : Math.min(Math.max(silentLeft, 0), count);
    silentLeft -= below;
    const share = Math.min(Math.sqrt(count / full), 1);
    if (below < count * 0.999) firing += bar(i, share);
    // Drawn over the firing bar, and in proportion to it.
    if (below > count * 0.001) silent += bar(i, (share * below) / count);
  });
  return svg(silent, firing);
}

const svg = (silent: string, firing: string) =>
  `<svg class="h" viewBox="0 0 ${histogramBox.width} ${histogramBox.height}" preserveAspectRatio="none" aria-hidden="true">` +
  `${firing && `<path class="f" d="${firing}"/>`}${silent && `<path d="${silent}"/>`}</svg>`;

/** The count drawn at full height: the greatest, but such that the second tallest bar is at least 0.6 tall. */
function fullHeight(counts: Float64Array): number {
  const [tallest, second] = Float64Array.from(counts).sort().reverse();
  return second > 0 ? Math.min(tallest, second / 0.6 ** 2) : tallest;
}

/** Every bar that holds anything is visible: at least half a unit tall. */
function bar(index: number, share: number): string {
  const height = short(Math.max(share * histogramBox.height, 0.6));
  return `M${2 * index} ${histogramBox.height}v-${height}h1.6v${height}z`;
}

const short = (value: number) => String(Math.round(value * 10) / 10);

/** The same counts in `bars` bars of equal width; a bin that lies across two is shared by length. */
function rebinned(counts: readonly number[], edges: readonly number[], low: number, range: number): Float64Array {
  const result = new Float64Array(bars);
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const from = ((edges[bin] - low) / range) * bars;
    const to = ((edges[bin + 1] - low) / range) * bars;
    const first = Math.min(Math.floor(from), bars - 1);
    const last = Math.min(Math.max(Math.ceil(to) - 1, first), bars - 1);
    for (let i = first; i <= last; i++) {
      const overlap = Math.min(to, i + 1) - Math.max(from, i);
      result[i] += first === last ? count : (count * Math.max(overlap, 0)) / (to - from);
    }
  });
  return result;
}

/** Bars that a histogram is drawn with, and the size of the drawing's box. */
const bars = 48;
export const histogramBox = { width: 2 * bars, height: 24 };

/**
 * A histogram as SVG: what fires in the accent colour, the rest grey. Heights are on a square-root scale, since most
 * neurons are silent most of the time, and one tall bar would hide all others.
 *
 * @param counts    one a bin
 * @param edges     one more than counts, increasing
 * @param threshold what lies above it fires; null: nothing does
 */
export function histogramSvg(counts: readonly number[], edges: readonly number[], threshold: number | null): string {
  if (counts.length === 0) return '';
  const low = edges[0];
  const high = edges[edges.length - 1];
  const range = high - low;
  if (!(range > 0)) return svg(bar(bars / 2 - 1, 1, 1), '');
  const heights = rebinned(counts, edges, low, range);
  const tallest = Math.max(...heights);
  const split = threshold === null ? bars : Math.min(Math.max(((threshold - low) / range) * bars, 0), bars);
  let silent = '';
  let firing = '';
  heights.forEach((count, i) => {
    if (count === 0) return;
    const share = Math.sqrt(count / tallest);
    const cut = Math.min(Math.max(split - i, 0), 1);
    if (cut > 0) silent += bar(i, cut, share);
    if (cut < 1) firing += bar(i + cut, 1 - cut, share);
  });
  return svg(silent, firing);
}

const svg = (silent: string, firing: string) =>
  `<svg class="h" viewBox="0 0 ${histogramBox.width} ${histogramBox.height}" preserveAspectRatio="none" aria-hidden="true">` +
  `${silent && `<path d="${silent}"/>`}${firing && `<path class="f" d="${firing}"/>`}</svg>`;

/** Every bar that holds anything is visible: at least half a unit tall. */
function bar(left: number, width: number, share: number): string {
  const height = Math.max(share * histogramBox.height, 0.6);
  return `M${short(2 * left)} ${histogramBox.height}v-${short(height)}h${short(Math.max(2 * width - 0.4, 0.2))}v${short(height)}z`;
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

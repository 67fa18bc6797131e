import type { LayerDigest } from './layerDigest.js';

export type PictureTheme = 'light' | 'dark' | 'high-contrast' | 'high-contrast-light';

/** The picture stands outside the page's styles, so its colours are the themes' own defaults: quiet bars, firing in colour. */
const colours: Record<PictureTheme, { rest: string; firing: string; line: string }> = {
  light: { rest: '#b4b4b4', firing: '#1a85ff', line: '#767676' },
  dark: { rest: '#6b6b6b', firing: '#3794ff', line: '#9d9d9d' },
  'high-contrast': { rest: '#a0a0a0', firing: '#3794ff', line: '#ffffff' },
  'high-contrast-light': { rest: '#8c8c8c', firing: '#1a85ff', line: '#292929' },
};

export const pictureSize = { width: 200, height: 48 };
/** Above the numbers. */
const plotHeight = 36;
/** The 0 between the range's ends is named where it has this much room on either side. */
const roomForZero = 32;

export const amount = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '\u2212');

/**
 * A layer's activations as a small picture: bars of equal width on a square-root scale, the part that fires in colour, a line
 * at 0 where the range holds it, the range's ends below. An SVG as a data URI, a few kilobytes.
 */
export function histogramPicture(activations: NonNullable<LayerDigest['activations']>, theme: PictureTheme): string {
  const { low, high, counts, firing } = activations;
  const { width, height } = pictureSize;
  const { rest, firing: accent, line } = colours[theme];
  const highest = counts.reduce((most, count) => Math.max(most, count), 0);
  const base = plotHeight - 1;
  const bar = width / counts.length;
  const tall = (count: number) => (count > 0 ? Math.max(1, Math.sqrt(count / highest) * (base - 1)) : 0);
  const bars = [...counts].map((count, i) => {
    if (count <= 0) return '';
    const whole = tall(count);
    // The firing part of a bar is its share of the count, from the ground up.
    const part = whole * (firing[i] / count);
    const x = (i * bar).toFixed(1);
    const rect = (y: number, tallness: number, fill: string) =>
      tallness > 0
        ? `<rect x="${x}" y="${y.toFixed(1)}" width="${(bar - 1).toFixed(1)}" height="${tallness.toFixed(1)}" fill="${fill}"/>`
        : '';
    return rect(base - whole, whole - part, rest) + rect(base - part, part, accent);
  });
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * width : null;
  const number = (x: number, anchor: 'start' | 'middle' | 'end', value: number) =>
    `<text x="${x.toFixed(1)}" y="${height - 2}" text-anchor="${anchor}">${amount(value)}</text>`;
  const hasRoom = zero !== null && Math.min(zero, width - zero) >= roomForZero;
  const numbers = number(0, 'start', low) + (hasRoom ? number(zero, 'middle', 0) : '') + number(width, 'end', high);
  const axis = `M0 ${base + 0.5}H${width}${zero === null ? '' : `M${zero.toFixed(1)} 0V${plotHeight}`}`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${bars.join('')}` +
    `<path d="${axis}" stroke="${line}" stroke-width="1" stroke-opacity=".6"/>` +
    `<g font-family="sans-serif" font-size="10" fill="${line}">${numbers}</g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

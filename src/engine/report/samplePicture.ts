import { contours } from 'd3-contour';
import type { StrongestMaps } from '../../shared/engineApi.js';
import type { LayerExplanation, UnitExplanation } from '../../shared/results.js';
import { escapeHtml } from './escapeHtml.js';
import type { ReportSample } from './strongestSamples.js';

/**
 * Every sample's picture once, as a style rule that rows refer to by class: far quicker than SVG's `use`, which copies what
 * it refers to.
 */
export function pictureStyle(samples: ReadonlyMap<number, ReportSample>): string {
  const rules = [...samples].map(([sample, { picture }]) => {
    if (!picture) return '';
    const { buffer, byteOffset, byteLength } = picture.png;
    const data = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
    return `.s${sample}{background-image:url(data:image/png;base64,${data})}\n`;
  });
  return rules.join('');
}

/** The `rank`-th strongest input of a unit with the place that excites it: outlined where its map is known, else ringed. */
export function strongestPicture(
  samples: ReadonlyMap<number, ReportSample>,
  layer: LayerExplanation,
  unit: UnitExplanation,
  rank: number,
  maps: { of: StrongestMaps; slot: number } | null,
): string {
  const strongest = unit.top[rank];
  const sample = samples.get(strongest.sample);
  if (!sample?.picture) return '';
  const { width, height } = sample.picture;
  const outline = maps && rank < maps.of.perUnit ? outlinePath(maps.of, maps.slot, rank, width, height) : '';
  const name = escapeHtml(sample.labels.length ? `${sample.name} (${sample.labels.join(', ')})` : sample.name);
  return (
    `<svg class="p s${strongest.sample}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}"><title>${name}</title>` +
    (outline || ring(layer, strongest.position, width, height)) +
    '</svg>'
  );
}

/** Where the unit fires in the picture, as a contour of its map at its threshold. */
function outlinePath(maps: StrongestMaps, slot: number, rank: number, width: number, height: number): string {
  const places = maps.height * maps.width;
  const start = (slot * maps.perUnit + rank) * places;
  const values = Array.from(maps.values.subarray(start, start + places));
  const [region] = contours().size([maps.width, maps.height]).thresholds([maps.thresholds[slot]])(values);
  const point = ([x, y]: number[]) => `${short((x / maps.width) * width)} ${short((y / maps.height) * height)}`;
  const path = region.coordinates
    .flat()
    .map((line) => `M${line.slice(0, -1).map(point).join('L')}z`)
    .join('');
  return path && twice(`path d="${path}"`);
}

/** The place of the greatest activation, for layers with places. */
function ring(layer: LayerExplanation, position: number, width: number, height: number): string {
  const { shape, units } = layer;
  if (shape.length !== 4) return '';
  // Channels last, as TensorFlow has them, is told by where the number of units stands.
  const [rows, columns] = shape[1] !== units && shape[3] === units ? [shape[1], shape[2]] : [shape[2], shape[3]];
  if (rows * columns <= 1) return '';
  const x = (((position % columns) + 0.5) / columns) * width;
  const y = ((Math.floor(position / columns) + 0.5) / rows) * height;
  const radius = Math.max(width, height) * 0.13;
  return twice(`circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"`);
}

/** Dark below light, to be seen on any picture. */
const twice = (shape: string) => `<${shape} class="o"/><${shape} class="o e"/>`;

const short = (value: number) => String(Math.round(value * 10) / 10);

import type { StrongestMaps } from '../../shared/engineApi.js';
import type { LayerExplanation } from '../../shared/results.js';
import { escapeHtml } from './escapeHtml.js';
import type { ReportSample } from './strongestSamples.js';
import { unitRow } from './unitRow.js';
import { type Worth, worthOf } from './unitWords.js';

/** A layer's name for people, as in the panel: its module, else its node, else its tensor. */
export const layerName = (layer: LayerExplanation): string => layer.module || layer.node || layer.name;

const words: Record<Worth, string> = {
  explained: 'explained',
  chance: 'no better than chance',
  silent: 'dead or constant',
  other: 'rare or without a match',
};

function counts(layer: LayerExplanation): [Worth, number][] {
  const kinds = Object.keys(words) as Worth[];
  const worths = layer.explanations.map(worthOf);
  return kinds.map((kind) => [kind, worths.filter((worth) => worth === kind).length]);
}

/** @param ambiguous several layers have this name: the tensor tells them apart */
export function navigationLink(layer: LayerExplanation, index: number, ambiguous: boolean): string {
  const total = Math.max(layer.explanations.length, 1);
  let left = 0;
  const parts = counts(layer).map(([worth, count]) => {
    const width = (100 * count) / total;
    const part = `<rect x="${left.toFixed(2)}" width="${width.toFixed(2)}" height="4" class="${worth}"/>`;
    left += width;
    return count ? part : '';
  });
  return (
    `<a href="#l${index}"><span>${escapeHtml(layerName(layer))}${ambiguous ? ` <span class="quiet">${escapeHtml(layer.name)}</span>` : ''}</span><span class="quiet">${layer.explanations.length}</span>` +
    `<svg class="worth" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg></a>`
  );
}

/** Sorting by these begins with what people look for. */
const columns = [
  ['unit', 'Neuron', 'ascending'],
  ['label', 'Label', 'ascending'],
  ['iou', 'IoU', 'descending'],
  ['fires', 'Fires', 'descending'],
];

export function layerSection(
  layer: LayerExplanation,
  index: number,
  pictures: number,
  samples: ReadonlyMap<number, ReportSample>,
  maps: StrongestMaps | null,
  dissection = '',
): string {
  const summary = counts(layer)
    .filter(([, count]) => count > 0)
    .map(([worth, count]) => `${count} ${words[worth]}`)
    .join(', ');
  const detail = [layer.name === layerName(layer) ? '' : layer.name, layer.op, layer.shape.slice(1).join(' × ')].filter(
    Boolean,
  );
  const head = columns.map(
    ([key, title, first]) =>
      `<div role="columnheader" class="${key}"${key === 'unit' ? ' aria-sort="ascending"' : ''}>` +
      `<button data-key="${key}:${first}">${title}</button></div>`,
  );
  const rows = layer.explanations.map((unit, slot) =>
    unitRow(layer, slot, `l${index}u${unit.unit}`, pictures, samples, maps),
  );
  return (
    `<section id="l${index}"><div class="heading"><h2>${escapeHtml(layerName(layer))}</h2>` +
    `<p class="quiet">${escapeHtml(detail.join(' · '))}</p><p>${layer.explanations.length} ${layer.explanations.length === 1 ? 'neuron' : 'neurons'}${summary && `: ${summary}`}</p>${dissection}</div>` +
    `<div role="table" aria-label="${escapeHtml(layerName(layer))}"><div role="rowgroup"><div role="row" class="head">${head.join('')}` +
    `<div role="columnheader">Activations</div><div role="columnheader">${pictures ? 'Strongest inputs' : ''}</div></div></div>` +
    `<div role="rowgroup">\n${rows.join('')}</div></div><p class="none" hidden>No neuron fits the filter.</p></section>\n`
  );
}

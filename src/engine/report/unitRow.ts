import type { StrongestMaps } from '../../shared/engineApi.js';
import type { LayerExplanation, UnitExplanation } from '../../shared/results.js';
import { escapeHtml } from './escapeHtml.js';
import { formulaTokens } from './formulaTokens.js';
import { histogramSvg } from './histogram.js';
import { strongestPicture } from './samplePicture.js';
import type { ReportSample } from './strongestSamples.js';
import { percent, remarkOn, worthOf } from './unitWords.js';

/**
 * One neuron as a row of the layer's table.
 *
 * @param slot     index in `layer.explanations`, and in the maps
 * @param pictures of the strongest inputs; a closed row shows four of them
 */
export function unitRow(
  layer: LayerExplanation,
  slot: number,
  id: string,
  pictures: number,
  samples: ReadonlyMap<number, ReportSample>,
  maps: StrongestMaps | null,
): string {
  const unit = layer.explanations[slot];
  const strongest = unit.top
    .slice(0, pictures)
    .map((_, rank) => strongestPicture(samples, layer, unit, rank, maps && { of: maps, slot }))
    .join('');
  const cell = (name: string, content: string) => `<div role="cell" class="${name}">${content}</div>`;
  return (
    `<div role="row" class="row ${worthOf(unit)}" id="${id}">` +
    cell('unit', `<a href="#${id}">${unit.unit}</a>`) +
    cell('label', labelHtml(unit, layer.op)) +
    cell('iou', unit.label === null ? '' : worthBar(unit)) +
    cell('fires', percent(unit.fireRate)) +
    cell('hist', histogramSvg(unit.histogram.counts, unit.histogram.edges, unit.threshold, unit.fireRate)) +
    cell('top', strongest) +
    '</div>\n'
  );
}

function labelHtml(unit: UnitExplanation, op: string): string {
  const remark = remarkOn(unit, op);
  const label = unit.formula ? formulaTokens(unit.formula) : escapeHtml(unit.label ?? '');
  return label + (remark && `<span class="remark">${label ? ' · ' : ''}${remark}</span>`);
}

/** IoU as a bar with the chance floor as a tick on it. */
function worthBar({ iou, floor }: UnitExplanation): string {
  const length = (share: number) => Math.round(1000 * Math.min(Math.max(share, 0), 1)) / 10;
  return (
    `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="IoU ${iou.toFixed(2)}, by chance ${floor.toFixed(2)}">` +
    `<rect class="track" y="2" width="100" height="6"/><rect class="fill" y="2" width="${length(iou)}" height="6"/>` +
    `<rect class="tick" x="${Math.min(length(floor), 98.5)}" width="1.5" height="10"/></svg><span>${iou.toFixed(2)}</span>`
  );
}

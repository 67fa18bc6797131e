import { detectorIou, dissectionOf } from '../../shared/dissection.js';
import type { LayerExplanation } from '../../shared/results.js';
import { escapeHtml } from './escapeHtml.js';

const shown = 40;

/**
 * Network Dissection's summary of a layer, folded: unique detectors per category, and how many units detect each concept, as
 * bars in a table. Empty where no unit is a detector.
 */
export function dissectionSection(layer: LayerExplanation, categories: Readonly<Record<string, string>>): string {
  const found = dissectionOf(
    layer.explanations.map(({ unit, single }) => ({
      unit,
      concept: single?.label ?? null,
      category: Object.hasOwn(categories, single?.label ?? '') ? categories[single!.label] : '',
      iou: single?.iou ?? 0,
    })),
  );
  if (found.detectors === 0) return '';
  const most = found.concepts[0].units.length;
  const rows = found.concepts
    .slice(0, shown)
    .map(
      ({ concept, category, units }) =>
        `<tr><th scope="row">${escapeHtml(concept)}</th><td class="quiet">${escapeHtml(category)}</td>` +
        `<td><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${((100 * units.length) / most).toFixed(1)}" height="8" class="explained"/></svg></td>` +
        `<td>${units.length}</td></tr>`,
    );
  const perCategory = found.categories
    .map(({ category, unique }) => `${unique} ${escapeHtml(category || 'without a category')}`)
    .join(', ');
  const more =
    found.concepts.length > shown ? `<p class="quiet">${found.concepts.length - shown} more concepts</p>` : '';
  return (
    `<details class="dissection"><summary>${found.unique} unique detectors</summary>` +
    `<p class="quiet">${found.detectors} of ${found.units} neurons agree with a single concept at an IoU above ${detectorIou}, ` +
    `with ${found.unique} different ones (Network Dissection): ${perCategory}.</p>` +
    `<table><thead><tr><th scope="col">Concept</th><th scope="col">Category</th><th scope="col"><span class="quiet">Neurons</span></th><th scope="col"></th></tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table>${more}</details>`
  );
}

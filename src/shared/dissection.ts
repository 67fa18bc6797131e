/**
 * Network Dissection's summary of a layer (Bau et al. 2017): a unit is a detector of the single concept that it agrees with
 * best, where their IoU is above 0.04; unique detectors are the different concepts that have one.
 */
export interface Dissection {
  units: number;
  detectors: number;
  /** Different concepts that some unit detects. */
  unique: number;
  /** Most unique detectors first. */
  categories: { category: string; detectors: number; unique: number }[];
  /** Concepts that some unit detects, those with most units first; of each the units, best first. */
  concepts: { concept: string; category: string; units: number[]; iou: number }[];
}

/** Network Dissection's SCORE_THRESHOLD. */
export const detectorIou = 0.04;

/** A unit and the concept that it agrees with best. */
export interface DissectedUnit {
  unit: number;
  concept: string | null;
  category: string;
  iou: number;
}

export function dissectionOf(units: readonly DissectedUnit[], above = detectorIou): Dissection {
  const found = units.filter(({ concept, iou }) => concept !== null && concept !== '' && iou > above);
  const byConcept = new Map<string, DissectedUnit[]>();
  // Two categories may have a concept of the same name.
  for (const unit of found) {
    const key = JSON.stringify([unit.category, unit.concept]);
    byConcept.set(key, [...(byConcept.get(key) ?? []), unit]);
  }
  const concepts = [...byConcept.values()].map((own) => {
    const best = [...own].sort((a, b) => b.iou - a.iou || a.unit - b.unit);
    const [{ concept, category, iou }] = best;
    return { concept: concept!, category, units: best.map(({ unit }) => unit), iou };
  });
  concepts.sort((a, b) => b.units.length - a.units.length || b.iou - a.iou || (a.concept < b.concept ? -1 : 1));
  const categories = [...new Set(concepts.map(({ category }) => category))].map((category) => {
    const own = concepts.filter((one) => one.category === category);
    return { category, unique: own.length, detectors: own.reduce((sum, one) => sum + one.units.length, 0) };
  });
  categories.sort((a, b) => b.unique - a.unique || b.detectors - a.detectors || (a.category < b.category ? -1 : 1));
  return { units: units.length, detectors: found.length, unique: concepts.length, categories, concepts };
}

/** The category of each concept, by its name. */
export const categoriesOf = (probe: { concepts: string[]; categories?: string[] }): Record<string, string> =>
  Object.fromEntries(probe.concepts.map((name, i) => [name, probe.categories?.[i] ?? '']));

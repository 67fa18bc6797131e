import type { UnitExplanation } from './results.js';

/** How much better a label could still be, where the search for the best one was cut short: rounded up, so that it holds. */
export function boundWords({ label, iou, bound }: Pick<UnitExplanation, 'label' | 'iou' | 'bound'>): string | null {
  if (label === null || bound === undefined || bound <= iou) return null;
  return `at most ${(Math.ceil((bound - iou) * 100) / 100).toFixed(2)} better is possible`;
}

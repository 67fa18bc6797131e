/** What a map is judged by; in the order in which they are shown. */
export const evaluationMetrics = {
  deletion: { title: 'Deletion', better: 'lower', shows: 'Area under the class’s probability while the most salient pixels are deleted.' },
  insertion: { title: 'Insertion', better: 'higher', shows: 'Area under it while they come back into the blurred picture.' },
  road: { title: 'ROAD', better: 'higher', shows: 'How much more the class loses without the most salient pixels than without the least, imputed.' },
  drop: { title: 'Average drop', better: 'lower', shows: 'Share of its probability that the class loses where only the map is shown.' },
  increase: { title: 'Average increase', better: 'higher', shows: 'Share of pictures where the class gains by that.' },
  adcc: { title: 'ADCC', better: 'higher', shows: 'Harmonic mean of coherency, 1 − complexity and 1 − drop.' },
  pointing: { title: 'Pointing game', better: 'higher', shows: 'Share of pictures where the maximum lies in the class’s mask.' },
  energy: { title: 'Energy pointing game', better: 'higher', shows: 'Share of the map inside the class’s mask.' },
  boxes: { title: 'MaxBoxAcc', better: 'higher', shows: 'Share of pictures where a part of the map boxes the object, at the best threshold.' },
  seeds: { title: 'Seed mIoU', better: 'higher', shows: 'Mean IoU of the maps as segments with the masks, at the best background.' },
  randomised: { title: 'Randomised weights', better: 'lower', shows: 'Rank correlation with the map of the same network with its weights shuffled.' },
} as const satisfies Record<string, { title: string; better: 'higher' | 'lower'; shows: string }>; // prettier-ignore

export type EvaluationMetric = keyof typeof evaluationMetrics;
/** These need masks of the classes. */
export const maskMetrics: readonly EvaluationMetric[] = ['pointing', 'energy', 'boxes', 'seeds'];

import type { JobProgress } from './engineApi.js';

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
export const allMetrics = Object.keys(evaluationMetrics) as EvaluationMetric[];
/** These need masks of the classes. */
export const maskMetrics: readonly EvaluationMetric[] = ['pointing', 'energy', 'boxes', 'seeds'];

/** The control: what a map says that knows nothing. */
export const controlMethod = 'randomcam';

/** What maps are to be judged, and by what. */
export interface EvaluationSettings {
  methods: string[];
  /** Each evaluated on its own; empty: the default layer. */
  layers: string[];
  metrics: EvaluationMetric[];
  /** So many samples, evenly spread over the probe set. */
  samples: number;
  threads: number | null;
}

export interface EvaluationRow {
  method: string;
  /** Null for methods that are of the whole model, and where the default layer is not known yet. */
  layer: string | null;
  /** Mean over the samples; null where it could not be measured, or not yet. */
  values: Partial<Record<EvaluationMetric, number | null>>;
  /** Samples that each metric was measured on. */
  samples: Partial<Record<EvaluationMetric, number>>;
  /** Why there is nothing: the method is not to be had for this model. */
  problem: string | null;
}

export interface EvaluationTable {
  /** Methods × layers, the control last. */
  rows: EvaluationRow[];
  metrics: EvaluationMetric[];
  /** How many samples there are to be measured on. */
  samples: number;
}

export interface Evaluation extends EvaluationTable {
  notes: string[];
  milliseconds: number;
}

/** Counts runs of the model, about. */
export interface EvaluationProgress extends JobProgress {
  /** The means over what has been measured so far. */
  table: EvaluationTable;
  /** The row in work; −1: none. */
  row: number;
}

/** What an evaluation is going to take, before it is begun. */
export interface EvaluationCost {
  /** Forward runs of one picture that it amounts to. */
  runs: number;
  milliseconds: number;
}

/** The table as CSV: each metric, and on how many samples it was measured. */
export function evaluationCsv({ rows, metrics }: EvaluationTable): string {
  const lines = rows.map(({ method, layer, values, samples }) =>
    [method, quoted(layer ?? ''), ...metrics.flatMap((metric) => [values[metric] ?? '', samples[metric] ?? 0])].join(
      ',',
    ),
  );
  const header = ['method', 'layer', ...metrics.flatMap((metric) => [metric, `${metric}_samples`])].join(',');
  return `${[header, ...lines].join('\n')}\n`;
}

/** A field of a CSV file, quoted where it has to be. */
export const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

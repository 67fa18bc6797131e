import type { Ablation } from '../../shared/effects.js';

export type OutputSort = 'size' | 'effect' | 'flips' | 'accuracy' | 'number';

export const outputSortTitles: Record<OutputSort, string> = {
  size: 'Size of the effect',
  effect: 'Effect',
  flips: 'Decisions changed',
  accuracy: 'Accuracy lost',
  number: 'Number',
};

/** What one unit does to one feature of an output. */
export interface OutputRow {
  unit: number;
  effect: number;
  size: number;
  flips: number | null;
  /** Accuracy without the unit less that with it. */
  accuracy: number | null;
}

/** The features that can be chosen, of all outputs: `output · name`. */
export function outputChoices({ outputs }: Ablation): { output: number; feature: number; title: string }[] {
  return outputs.flatMap(({ name, features, names }, output) =>
    Array.from(features, (index, feature) => ({
      output,
      feature,
      title: features.length === 1 && outputs.length > 1 ? name : `${outputs.length > 1 ? `${name} · ` : ''}${features.length === 1 ? name : index}${names ? ` ${names[feature]}` : ''}`, // prettier-ignore
    })),
  );
}

/** Units by what they do to a feature: those that matter most first. */
export function outputRows(ablation: Ablation, output: number, feature: number, sort: OutputSort): OutputRow[] {
  const { units, outputs, accuracy } = ablation;
  const { features, effect, size, flips, name } = outputs[output];
  const rows = units.map((unit, u) => ({
    unit,
    effect: effect[u * features.length + feature],
    size: size[u * features.length + feature],
    flips: flips?.[u] ?? null,
    accuracy: accuracy?.output === name ? accuracy.after[u] - accuracy.before : null,
  }));
  const value: Record<OutputSort, (row: OutputRow) => number> = {
    size: (row) => -row.size,
    effect: (row) => -row.effect,
    flips: (row) => -(row.flips ?? 0),
    accuracy: (row) => row.accuracy ?? 0,
    number: (row) => row.unit,
  };
  return rows.sort((a, b) => value[sort](a) - value[sort](b) || b.size - a.size || a.unit - b.unit);
}

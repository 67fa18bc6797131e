import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { sampleLabels } from '../effect/index.js';
import { type ProbeSet, readArray } from '../probe/index.js';

/** What the outputs should have been. */
export interface Targets {
  /** By sample picked and output; NaN where it is not known. */
  of: (sample: number, output: number) => number;
  /** Where they come from. */
  from: string;
}

/**
 * A number a sample for a model of a single output; else 1 for the right class and 0 for the others.
 *
 * @param picked indices in the probe set
 * @param total  outputs of the model
 * @param wanted `.npy`, `.npz:key` or the name of a column; null: what there is
 * @returns null where nothing says them
 */
export async function correlationTargets(
  probe: ProbeSet,
  picked: readonly number[],
  total: number,
  names: string[] | null,
  wanted: string | null,
): Promise<Targets | null> {
  if (total === 1) {
    const values = wanted === null ? null : await numbersOf(probe, wanted);
    return values && { of: (sample) => values[picked[sample]], from: wanted! };
  }
  const labels = await sampleLabels(probe, picked, total, names, wanted);
  return (
    labels && {
      of: (sample, output) => (labels.classes[sample] < 0 ? NaN : Number(labels.classes[sample] === output)),
      from: labels.from,
    }
  );
}

/** Columns of numbers, those first that don't feed the model. */
export function targetColumns({ columns, columnNames }: Pick<ProbeSet, 'columns' | 'columnNames'>): string[] {
  const names = columnNames?.() ?? [];
  return [...names.filter((name) => !columns.includes(name)), ...names.filter((name) => columns.includes(name))];
}

async function numbersOf(probe: ProbeSet, wanted: string): Promise<Float64Array> {
  if (/\.np[yz](:|$)/i.test(wanted)) {
    const { data, dims } = await readArray(wanted);
    if (data.length === probe.samples) return Float64Array.from(data as ArrayLike<number>, Number);
    throw new UserError(`${path.basename(wanted)}: targets are one number a sample (${probe.samples}), got ${dims.join(' × ')}`, { hint: 'save one number for each sample' }); // prettier-ignore
  }
  const column = probe.column?.(wanted);
  if (column) return column;
  throw new UserError(`${probe.title}: there is no column "${wanted}" of numbers`, {
    hint: 'name a column, or an .npy with a number for each sample',
  });
}

import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { readArray, type ProbeSet } from '../probe/index.js';

/** The right class of each sample; -1 where it is not known. */
export interface SampleLabels {
  classes: Int32Array;
  /** Where they come from: `class folders`, `column "action"`. */
  from: string;
}

/** Columns that hold what the model should have said. */
const labelColumn = /^(label|labels|class|target|y|action|actions)$/i;

/**
 * The samples' right classes: an array or a column where one is named; else class folders (and columns of words) whose names
 * are the classes' names or numbers, or a column that is called after what it holds.
 *
 * @param samples  indices in the probe set
 * @param names    of the classes, where they are known
 * @param wanted   `.npy`, `.npz:key` or the name of a column; null: what there is
 * @returns null where nothing says them
 * @throws UserError where what is wanted is not there or does not fit
 */
export async function sampleLabels(
  probe: ProbeSet,
  samples: readonly number[],
  count: number,
  names: readonly string[] | null,
  wanted: string | null,
): Promise<SampleLabels | null> {
  if (wanted !== null && /\.np[yz](:|$)/i.test(wanted)) {
    const { dims, data } = await readArray(wanted);
    if (dims.length !== 1 || dims[0] !== probe.samples) {
      throw new UserError(
        `${path.basename(wanted)}: labels are one number a sample (${probe.samples}), got ${dims.join(' × ') || 'a single value'}`,
        { hint: 'save an array of class numbers' },
      );
    }
    return { classes: inRange(samples, (sample) => Number(data[sample]), count), from: path.basename(wanted) };
  }
  const columnName = wanted ?? probe.columnNames?.().find((name) => labelColumn.test(name));
  const column = columnName === undefined ? null : (probe.column?.(columnName) ?? null);
  if (wanted !== null && !column) {
    throw new UserError(`${probe.title}: there is no column "${wanted}" of numbers`, {
      hint: 'name a column, or an .npy with a class number for each sample',
    });
  }
  if (column) {
    const classes = inRange(samples, (sample) => column[sample], count);
    return wanted !== null || classes.every((index) => index >= 0) ? { classes, from: `column "${columnName}"` } : null;
  }
  return fromWords(probe, samples, count, names);
}

/** Class folders and columns of words, matched with the classes' names. */
async function fromWords(
  probe: ProbeSet,
  samples: readonly number[],
  count: number,
  names: readonly string[] | null,
): Promise<SampleLabels | null> {
  const index = new Map((names ?? []).map((name, i) => [plain(name), i]));
  const classes = new Int32Array(samples.length).fill(-1);
  let known = 0;
  for (const [i, sample] of samples.entries()) {
    const { labels } = await probe.view(sample);
    for (const label of labels) {
      const word = label.replace(/^.* = /, '');
      const number = /^\d+$/.test(word) && Number(word) < count ? Number(word) : -1;
      const found = index.get(plain(word)) ?? (names === null ? number : -1);
      if (found >= 0) {
        classes[i] = found;
        known++;
        break;
      }
    }
  }
  return known > 0 ? { classes, from: 'class folders' } : null;
}

/** `T-shirt/top` and `t_shirt top` are one name. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const inRange = (samples: readonly number[], value: (sample: number) => number, count: number): Int32Array =>
  Int32Array.from(samples, (sample) => {
    const label = value(sample);
    return Number.isInteger(label) && label >= 0 && label < count ? label : -1;
  });

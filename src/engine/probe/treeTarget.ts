import { UserError } from '../../shared/userError.js';
import type { ModelOutputs } from './modelOutputs.js';
import { didYouMean } from './nearest.js';
import type { Table } from './table.js';

/**
 * What the parts of a column are to tell apart: a column of the table, or one of the model's outputs by its name or number;
 * without a target the highest output of each row, which of a network of action values is that of the action it takes.
 *
 * @param outputs runs the model over all rows
 * @param name    of the table's file, for messages
 */
export async function treeTarget(
  target: string | undefined,
  table: Table,
  outputs: () => Promise<ModelOutputs>,
  name: string,
): Promise<Float64Array> {
  if (target !== undefined) {
    const column = table.names.indexOf(target);
    if (column >= 0) return table.columns[column];
  }
  const { units, values, names } = await outputs();
  if (target === undefined) {
    return Float64Array.from({ length: table.rows }, (_, row) => {
      let highest = NaN;
      for (const value of values.subarray(row * units, (row + 1) * units)) if (!(value <= highest)) highest = value;
      return highest;
    });
  }
  const unit = names?.includes(target) ? names.indexOf(target) : /^\d+$/.test(target) ? Number(target) : -1;
  if (unit < 0 || unit >= units) {
    throw new UserError(
      `"discretize": "${target}" is neither a column of numbers in ${name} nor one of the model's ${units} outputs`,
      {
        hint: didYouMean(target, [...table.names, ...(names ?? [])], 'to choose from'),
        code: 'probe/target',
      },
    );
  }
  return Float64Array.from({ length: table.rows }, (_, row) => values[row * units + unit]);
}

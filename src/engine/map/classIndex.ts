import { UserError } from '../../shared/userError.js';

/**
 * The class that is wanted, by its number or its name (or one of its names: `tabby, tabby cat`), whatever the case.
 *
 * @param names of the classes, where they are known
 * @returns null where none is wanted
 * @throws UserError where there is no such class
 */
export function classIndex(wanted: number | string | null, classes: number, names: string[] | null): number | null {
  if (wanted === null) return null;
  const number = typeof wanted === 'number' ? wanted : /^\d+$/.test(wanted) ? Number(wanted) : null;
  if (number !== null) {
    if (Number.isInteger(number) && number >= 0 && number < classes) return number;
    throw new UserError(`there is no class ${wanted}`, {
      hint: `classes are numbered from 0 to ${classes - 1}`,
      code: 'map/class',
    });
  }
  const lower = String(wanted).toLowerCase();
  if (names === null) {
    throw new UserError(`class "${wanted}" is not known, because nothing names this model's ${classes} classes`, {
      hint: 'give its number, or put a labels.txt with one class a line beside the model',
      code: 'map/class',
    });
  }
  const exact = names.findIndex((name) => name.toLowerCase() === lower);
  if (exact >= 0) return exact;
  const partial = [...names.keys()].filter((i) => names[i].toLowerCase().split(/,\s*/).includes(lower));
  if (partial.length === 1) return partial[0];
  throw new UserError(
    `class "${wanted}" is ${partial.length ? `the name of classes ${partial.join(', ')}` : 'none of the model’s classes'}`,
    { hint: 'give its number', code: 'map/class' },
  );
}

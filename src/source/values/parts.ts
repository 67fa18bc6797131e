import { kindOfClass } from '../operatorKind.js';
import { type Item, type ModuleValue, optionsOf, type Value } from './value.js';

/** Whether what a call gives may be a part of a network; a tensor, a loss or an optimiser is none. */
export const isPart = ({ class: own, children, entries, name, args }: ModuleValue): boolean =>
  (own ?? children ?? entries ?? kindOfClass(name)) !== null || args.keywords.has('name');

/** A list may be inside itself, and as long as it likes: what a network is made of shows at its beginning. */
const deepest = 3;
const looked = 8;

/** Whether what a list grows by may say what a network is made of. A number that is kept (a loss) does not. */
export function holdsPart(item: Item, depth = 0): boolean {
  if (item.kind === 'one')
    return item.key !== undefined || optionsOf(item.value).some((value) => saysPart(value, depth));
  if (depth >= deepest) return false;
  const inside = item.kind === 'repeat' ? item.items : item.branches.flat();
  return inside.slice(0, looked).some((one) => holdsPart(one, depth + 1));
}

function saysPart(value: Value, depth: number): boolean {
  switch (value.kind) {
    case 'module':
      return isPart(value);
    case 'list':
      return depth < deepest && value.items.slice(0, looked).some((item) => holdsPart(item, depth + 1));
    case 'dict':
      return depth < deepest && value.entries.slice(0, looked).some((entry) => saysPart(entry.value, depth + 1));
    case 'constant':
      return typeof value.value === 'string';
    default:
      return ['class', 'function', 'text', 'self'].includes(value.kind);
  }
}

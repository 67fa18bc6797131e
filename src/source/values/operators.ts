import type { Growth } from './interpreter.js';
import { elementsOf } from './iterables.js';
import { escaped, shortText } from './strings.js';
import { constant, keyOf, type Item, type Value, unknown } from './value.js';

/** Whether Python takes a value as true; null where the code does not say. */
export function truth(value: Value): boolean | null {
  switch (value.kind) {
    case 'constant':
      return Boolean(value.value);
    case 'list':
      return value.items.length === 0 ? false : elementsOf(value) ? true : null;
    case 'dict':
      return value.entries.length > 0 || null;
    case 'class':
    case 'function':
      return true;
    default:
      return null;
  }
}

const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
};

/** Arithmetic of numbers, names put together, lists joined and repeated. */
export function binary(operator: string, left: Value, right: Value, growth: Growth): Value {
  if (left.kind === 'constant' && right.kind === 'constant') {
    const [a, b] = [left.value, right.value];
    if (typeof a === 'number' && typeof b === 'number' && Object.hasOwn(arithmetic, operator)) {
      const result = arithmetic[operator](a, b);
      return Number.isFinite(result) ? constant(result) : unknown;
    }
    if (typeof a === 'string' && typeof b === 'string' && operator === '+') return shortText(constant(a + b));
  }
  const [list, other] = left.kind === 'list' ? [left, right] : [right, left];
  if (list.kind === 'list' && operator === '+') return growth.list([...itemsOfOperand(left), ...itemsOfOperand(right)]);
  if (list.kind === 'list' && operator === '*') return repeated(list.items, other, growth);
  if (operator === '+' && (isName(left) || isName(right))) return joined([left, right]);
  if (operator === '%' && left.kind === 'constant' && typeof left.value === 'string')
    return {
      kind: 'text',
      pattern: escaped(left.value)
        .replace(/%[-\d]*d/g, '\\d+')
        .replace(/%\w/g, '.+'),
    };
  const numbers = [left, right].every((value) => value.kind === 'integer' || value.kind === 'constant');
  return numbers && Object.hasOwn(arithmetic, operator) && operator !== '/' ? { kind: 'integer' } : unknown;
}

const itemsOfOperand = (value: Value): Item[] =>
  value.kind === 'list'
    ? value.items
    : [{ kind: 'repeat', items: [{ kind: 'one', value: unknown, span: null }], count: null }];

const isName = (value: Value): boolean =>
  value.kind === 'text' || (value.kind === 'constant' && typeof value.value === 'string');

function joined(parts: Value[]): Value {
  const keys = parts.map((part) => (isName(part) ? keyOf(part) : null) ?? { pattern: '.+' });
  return shortText({
    kind: 'text',
    pattern: keys.map((key) => ('name' in key ? escaped(key.name) : key.pattern)).join(''),
  });
}

function repeated(items: Item[], count: Value, growth: Growth): Value {
  const times = count.kind === 'constant' && typeof count.value === 'number' ? count.value : null;
  if (times !== null && times * items.length <= 256)
    return growth.list(Array.from({ length: Math.max(0, times) }, () => items).flat());
  return growth.list([{ kind: 'repeat', items, count: times }]);
}

const comparisons: Record<string, (a: number | string, b: number | string) => boolean> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

export function comparison(operator: string, left: Value, right: Value): Value {
  const isNull = (value: Value) => value.kind === 'constant' && value.value === null;
  const isMade = (value: Value) =>
    ['module', 'list', 'dict', 'class', 'function', 'text', 'integer'].includes(value.kind);
  const negative = operator === '!=' || operator === 'is not' || operator === 'not in';
  if (['==', '!=', 'is', 'is not'].includes(operator)) {
    if (left.kind === 'constant' && right.kind === 'constant')
      return constant((left.value === right.value) !== negative);
    if ((isNull(left) && isMade(right)) || (isNull(right) && isMade(left))) return constant(negative);
  }
  if ((operator === 'in' || operator === 'not in') && left.kind === 'constant' && right.kind === 'list') {
    const elements = elementsOf(right);
    if (elements?.every((element) => element.kind === 'constant'))
      return constant(
        elements.some((element) => element.kind === 'constant' && element.value === left.value) !== negative,
      );
  }
  if (left.kind === 'constant' && right.kind === 'constant' && Object.hasOwn(comparisons, operator)) {
    const [a, b] = [left.value, right.value];
    if (typeof a === 'number' && typeof b === 'number') return constant(comparisons[operator](a, b));
  }
  return unknown;
}

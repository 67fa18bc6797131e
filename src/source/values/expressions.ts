import type { Syntax } from '../python/syntax.js';
import { classAttribute, methodOf } from './classes.js';
import { comprehension } from './comprehension.js';
import { elementsOf, anyElement } from './iterables.js';
import { spanOf, textOf, type Frame, type Interpreter } from './interpreter.js';
import { stringValue } from './strings.js';
import { binary, comparison, truth } from './operators.js';
import {
  choice,
  constant,
  type Entry,
  type Item,
  keyOf,
  normalised,
  optionsOf,
  type Span,
  unknown,
  type Value,
} from './value.js';

type Evaluate = (node: Syntax, frame: Frame, run: Interpreter) => Value;

const inner: Evaluate = (node, frame, run) => run.evaluate(node.children[0], frame);
const sequence: Evaluate = (node, frame, run) => run.growth.list(itemsOf(node.children, frame, run));

const integer: Evaluate = (node, frame) => {
  const value = Number(textOf(node, frame).replaceAll('_', ''));
  return Number.isFinite(value) ? constant(value) : unknown;
};

const kinds: Record<string, Evaluate> = {
  identifier: (node, frame) => {
    const name = normalised(textOf(node, frame));
    return frame.scope.get(name) ?? { kind: 'external', name };
  },
  attribute: (node, frame, run) => {
    const { object, attribute } = node.fields;
    if (!object || !attribute) return unknown;
    return attributeOf(run.evaluate(object, frame), normalised(textOf(attribute, frame)), run);
  },
  call: (node, frame, run) => run.call(node, frame),
  string: (node, frame, run) => stringValue(node, frame, run),
  concatenated_string: (node, frame, run) =>
    node.children.map((part) => run.evaluate(part, frame)).reduce((a, b) => binary('+', a, b, run.growth)),
  integer,
  float: integer,
  true: () => constant(true),
  false: () => constant(false),
  none: () => constant(null),
  list: sequence,
  tuple: sequence,
  set: sequence,
  expression_list: sequence,
  dictionary: (node, frame, run) => ({ kind: 'dict', entries: dictEntries(node, frame, run) }),
  list_comprehension: comprehension,
  set_comprehension: comprehension,
  generator_expression: comprehension,
  dictionary_comprehension: comprehension,
  parenthesized_expression: inner,
  await: inner,
  yield: (node, frame, run) => {
    if (node.children[0]) run.growth.push(frame.yields, [itemOf(node.children[0], frame, run)]);
    return unknown;
  },
  conditional_expression: (node, frame, run) => {
    const [then, test, otherwise] = node.children;
    const known = truth(run.evaluate(test, frame));
    if (known !== null) return run.evaluate(known ? then : otherwise, frame);
    return choice([run.evaluate(then, frame), run.evaluate(otherwise, frame)]);
  },
  boolean_operator: (node, frame, run) => {
    const left = run.evaluate(node.fields.left, frame);
    const isOr = node.fields.operator ? textOf(node.fields.operator, frame) === 'or' : false;
    const known = truth(left);
    if (known !== null && known === isOr) return left;
    const right = run.evaluate(node.fields.right, frame);
    return known !== null ? right : choice([left, right]);
  },
  not_operator: (node, frame, run) => {
    const known = truth(run.evaluate(node.fields.argument, frame));
    return known === null ? unknown : constant(!known);
  },
  comparison_operator: (node, frame, run) => {
    const [left, right] = node.children;
    const operator = node.fields.operators;
    if (!left || !right || node.children.length !== 2 || !operator) return unknown;
    return comparison(textOf(operator, frame), run.evaluate(left, frame), run.evaluate(right, frame));
  },
  unary_operator: (node, frame, run) => {
    const value = run.evaluate(node.fields.argument, frame);
    const isMinus = frame.chunk.source.text[node.start] === '-';
    return isMinus && value.kind === 'constant' && typeof value.value === 'number' ? constant(-value.value) : unknown;
  },
  binary_operator: (node, frame, run) => {
    const { left, operator, right } = node.fields;
    if (!left || !operator || !right) return unknown;
    return binary(textOf(operator, frame), run.evaluate(left, frame), run.evaluate(right, frame), run.growth);
  },
  lambda: (node, frame) => ({
    kind: 'function',
    name: 'lambda',
    syntax: node,
    chunk: frame.chunk,
    file: frame.file,
    scope: frame.scope,
    self: undefined,
  }),
  named_expression: (node, frame, run) => {
    const value = run.evaluate(node.fields.value, frame);
    if (node.fields.name) frame.scope.set(normalised(textOf(node.fields.name, frame)), value);
    return value;
  },
  subscript: (node, frame, run) => {
    const { value, subscript } = node.fields;
    return subscript ? elementAt(run.evaluate(value, frame), subscript, frame, run) : unknown;
  },
};

export function evaluateExpression(node: Syntax, frame: Frame, run: Interpreter): Value {
  return Object.hasOwn(kinds, node.type) ? kinds[node.type](node, frame, run) : unknown;
}

/** The elements of a list or of a call's arguments; `*rest` is spread. */
export function itemsOf(nodes: readonly Syntax[], frame: Frame, run: Interpreter): Item[] {
  return nodes.flatMap((node): Item[] => {
    if (node.type !== 'list_splat') return [itemOf(node, frame, run)];
    const rest = run.evaluate(node.children[0], frame);
    const list = optionsOf(rest).find((option) => option.kind === 'list');
    if (list?.kind === 'list') return [...list.items];
    if (rest.kind === 'module' && rest.children) return [...rest.children.items];
    return [{ kind: 'repeat', items: [{ kind: 'one', value: unknown, span: null }], count: null }];
  });
}

/** An element, and where it stands if it is made on the spot. */
export function itemOf(node: Syntax, frame: Frame, run: Interpreter): Item {
  const callee = node.type === 'call' ? node.fields.function : undefined;
  const value = run.evaluate(node, frame);
  if (node.type === 'string') return { kind: 'one', value, span: keySpan(node, frame) };
  return { kind: 'one', value, span: callee ? spanOf(lastCall(callee), frame) : madeAt(value) };
}

/** In `nn.Conv2d(3, 8, 3).to(device)` the callee that names what is made. */
function lastCall(callee: Syntax): Syntax {
  const object = callee.type === 'attribute' ? callee.fields.object : undefined;
  return object?.type === 'call' && object.fields.function ? lastCall(object.fields.function) : callee;
}

export const madeAt = (value: Value): Span | null => {
  const made = optionsOf(value).find((option) => option.kind === 'module');
  return made?.kind === 'module' ? made.span : null;
};

/** The string's own characters, without its quotes. */
export function keySpan(node: Syntax, frame: Frame): Span | null {
  const content = node.type === 'string' ? node.children.filter(({ type }) => type !== 'string_start') : [];
  const inside = content.filter(({ type }) => type !== 'string_end');
  if (node.type !== 'string' || inside.length === 0) return spanOf(node, frame);
  return spanOf({ start: inside[0].start, end: inside[inside.length - 1].end }, frame);
}

function dictEntries(node: Syntax, frame: Frame, run: Interpreter): Entry[] {
  return node.children.flatMap((child): Entry[] => {
    if (child.type === 'dictionary_splat') {
      const rest = run.evaluate(child.children[0], frame);
      return rest.kind === 'dict' ? [...rest.entries] : [];
    }
    const { key, value } = child.fields;
    if (child.type !== 'pair' || !key || !value) return [];
    const name = keyOf(run.evaluate(key, frame)) ?? { pattern: '.+' };
    return [{ key: name, span: keySpan(key, frame), value: run.evaluate(value, frame) }];
  });
}

export function attributeOf(value: Value, name: string, run: Interpreter): Value {
  switch (value.kind) {
    case 'self':
    case 'module': {
      const instance = value.kind === 'self' ? value.instance : value.class ? run.instanceOf(value) : null;
      const known = instance?.attributes.get(name);
      if (known) return choice(known.map((definition) => definition.value));
      const method = instance && methodOf(instance.class, name, run);
      if (method) return { ...method, self: instance };
      const entry =
        value.kind === 'module' && value.entries?.entries.find(({ key }) => 'name' in key && key.name === name);
      return entry ? entry.value : unknown;
    }
    case 'class':
      return methodOf(value, name, run) ?? classAttribute(value, name, run) ?? unknown;
    case 'external':
      return { kind: 'external', name: `${value.name}.${name}` };
    case 'namespace':
      return run.fileScope(value.file).get(name) ?? unknown;
    case 'choice':
      return choice(value.options.map((option) => attributeOf(option, name, run)));
    default:
      return unknown;
  }
}

function elementAt(value: Value, subscript: Syntax, frame: Frame, run: Interpreter): Value {
  if (value.kind === 'choice') return choice(value.options.map((option) => elementAt(option, subscript, frame, run)));
  const list = value.kind === 'list' ? value : value.kind === 'module' ? value.children : null;
  const dict = value.kind === 'dict' ? value : value.kind === 'module' ? value.entries : null;
  if (list && subscript.type === 'slice') return list;
  const index = run.evaluate(subscript, frame);
  if (list) {
    const elements = elementsOf(list);
    if (elements && index.kind === 'constant' && typeof index.value === 'number')
      return elements.at(index.value) ?? unknown;
    return anyElement(list);
  }
  if (dict) {
    const key = keyOf(index);
    const exact = dict.entries.filter(
      (entry) => key && 'name' in key && 'name' in entry.key && entry.key.name === key.name,
    );
    return choice((exact.length > 0 ? exact : dict.entries).map((entry) => entry.value));
  }
  return unknown;
}

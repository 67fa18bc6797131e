import type { Syntax } from '../python/syntax.js';
import { define } from './define.js';
import { spanOf, textOf, type Frame, type Interpreter } from './interpreter.js';
import { anyElement, elementsOf, iterated } from './iterables.js';
import { keyOf, normalised, type Span, unknown, type Value } from './value.js';

/** Gives a value to what stands on the left of `=`, or after `for`. */
export function assign(target: Syntax, value: Value, frame: Frame, run: Interpreter): void {
  switch (target.type) {
    case 'identifier':
      frame.scope.set(normalised(textOf(target, frame)), value);
      return;
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'tuple':
    case 'list':
    case 'expression_list':
      spread(target.children, value, frame, run);
      return;
    case 'parenthesized_expression':
      assign(target.children[0], value, frame, run);
      return;
    case 'attribute': {
      const { object, attribute } = target.fields;
      const owner = object ? run.evaluate(object, frame) : unknown;
      if (!attribute) return;
      const key = { name: normalised(textOf(attribute, frame)) };
      if (owner.kind === 'self') define(owner.instance, key, spanOf(attribute, frame), value);
      // What is put into a made module from outside: `net.fc = nn.Linear(512, 10)`.
      else if (owner.kind === 'module') {
        const instance = run.instanceOf(owner);
        const span = spanOf(attribute, frame);
        if (instance) instance.attributes.set(key.name, [{ span, value }]);
        else (owner.entries ??= { kind: 'dict', entries: [] }).entries.push({ key, span, value });
      }
      return;
    }
    case 'subscript':
      setElement(target, value, frame, run);
  }
}

function spread(targets: readonly Syntax[], value: Value, frame: Frame, run: Interpreter): void {
  const list = value.kind === 'list' ? value : iterated(value);
  const elements = elementsOf(list);
  targets.forEach((target, i) => {
    if (target.type === 'list_splat_pattern' || target.type === 'list_splat') {
      const rest = run.growth.list([
        { kind: 'repeat', items: [{ kind: 'one', value: anyElement(list), span: null }], count: null },
      ]);
      if (target.children[0]) assign(target.children[0], rest, frame, run);
    } else assign(target, elements ? (elements[i] ?? unknown) : anyElement(list), frame, run);
  });
}

/** `self.heads["mask"] = nn.Conv2d(...)`, `layers[name] = ...` */
function setElement(target: Syntax, value: Value, frame: Frame, run: Interpreter): void {
  const { value: container, subscript } = target.fields;
  if (!container || !subscript) return;
  const owner = run.evaluate(container, frame);
  const entries = owner.kind === 'dict' ? owner : owner.kind === 'module' ? owner.entries : null;
  const key = keyOf(run.evaluate(subscript, frame)) ?? { pattern: '.+' };
  const list = owner.kind === 'list' ? owner : owner.kind === 'module' ? owner.children : null;
  if (entries) entries.entries.push({ key, span: stringSpan(subscript, frame) ?? madeSpan(value), value });
  else if (list && 'name' in key && list.items.every(({ kind }) => kind === 'one')) {
    const at = Number(key.name);
    const index = at < 0 ? list.items.length + at : at;
    if (list.items[index]) list.items[index] = { kind: 'one', value, span: madeSpan(value) };
  }
}

const madeSpan = (value: Value): Span | null => (value.kind === 'module' ? value.span : null);

function stringSpan(node: Syntax, frame: Frame): Span | null {
  const inside = node.children.filter(({ type }) => type === 'string_content' || type === 'interpolation');
  return node.type === 'string' && inside.length > 0
    ? spanOf({ start: inside[0].start, end: inside[inside.length - 1].end }, frame)
    : null;
}

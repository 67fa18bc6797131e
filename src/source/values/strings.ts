import type { Syntax } from '../python/syntax.js';
import { textOf, type Frame, type Interpreter } from './interpreter.js';
import { constant, type ConstantValue, keyOf, type TextValue, unknown, type Value } from './value.js';

/** A string; of an f-string what is known of it. */
export function stringValue(node: Syntax, frame: Frame, run: Interpreter): Value {
  const parts: { text: string; isPattern: boolean }[] = [];
  for (const child of node.children) {
    if (child.type === 'string_content') parts.push({ text: unescaped(child, frame), isPattern: false });
    else if (child.type === 'interpolation') {
      const key = keyOf(run.evaluate(child.fields.expression ?? child.children[0], frame));
      if (key && 'name' in key) parts.push({ text: key.name, isPattern: false });
      else parts.push({ text: key?.pattern ?? '.+', isPattern: true });
    }
  }
  if (parts.some(({ isPattern }) => isPattern))
    return shortText({
      kind: 'text',
      pattern: parts.map(({ text, isPattern }) => (isPattern ? text : escaped(text))).join(''),
    });
  return shortText(constant(parts.map(({ text }) => text).join('')));
}

/** No name is longer. */
const longestText = 1000;

export const shortText = (value: ConstantValue | TextValue): Value =>
  String(value.kind === 'text' ? value.pattern : value.value).length > longestText ? unknown : value;

export const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names hold no escapes but, rarely, quotes: what follows the backslash stands for itself. */
const unescaped = (node: Syntax, frame: Frame): string => textOf(node, frame).replace(/\\(.)/gs, '$1');

import type { Instance, Key, Span, Value } from './value.js';

/** Gives an object an attribute. Earlier values stay: which of them holds may depend on what the code does not say. */
export function define(instance: Instance, key: Key, span: Span, value: Value): void {
  const definition = { span, value };
  if ('pattern' in key) {
    instance.patterns.push({ pattern: key.pattern, definition });
    return;
  }
  const known = instance.attributes.get(key.name);
  if (known) known.push(definition);
  else instance.attributes.set(key.name, [definition]);
}

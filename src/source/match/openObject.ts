import { noArguments } from '../values/run.js';
import type { ClassValue, Value } from '../values/value.js';

/** An object of a class whose arguments are not known. */
export function openObject(made: ClassValue): Value {
  let object = openObjects.get(made);
  if (!object) {
    const { name: syntaxName } = made.syntax.fields;
    const span = { file: made.file, chunk: made.chunk, ...(syntaxName ?? made.syntax) };
    object = { kind: 'module', class: made, name: made.name, span, args: noArguments, children: null, entries: null };
    openObjects.set(made, object);
  }
  return object;
}

const openObjects = new WeakMap<ClassValue, Value>();

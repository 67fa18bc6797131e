import type { Syntax } from '../python/syntax.js';
import { type Frame, type Interpreter, textOf } from './interpreter.js';
import { Scope } from './scope.js';
import { type ClassValue, type FunctionValue, normalised, optionsOf, type Value } from './value.js';

/** The frame in which a class's body runs. */
export const frameOf = (
  { file, chunk, scope }: Pick<Frame, 'file' | 'chunk' | 'scope'>,
  more: Partial<Frame> = {},
): Frame => ({
  file,
  chunk,
  scope: new Scope(scope),
  self: null,
  owner: null,
  returns: [],
  yields: { kind: 'list', items: [] },
  ended: false,
  depth: 0,
  ...more,
});

/** What the class extends: classes of the code, or names of foreign ones. */
export function basesOf(value: ClassValue, run: Interpreter): readonly Value[] {
  if (!value.bases) {
    value.bases = [];
    const frame = frameOf(value);
    value.bases = (value.syntax.fields.superclasses?.children ?? [])
      .filter(({ type }) => type !== 'keyword_argument')
      .map((base) => run.evaluate(base, frame));
  }
  return value.bases;
}

/** The class and those of the code that it extends, nearest first. */
export function lineage(value: ClassValue, run: Interpreter): ClassValue[] {
  const line: ClassValue[] = [];
  const visit = (one: ClassValue) => {
    if (line.includes(one) || line.length > 32) return;
    line.push(one);
    for (const base of basesOf(one, run).flatMap(optionsOf)) if (base.kind === 'class') visit(base);
  };
  visit(value);
  return line;
}

/** The dotted name of the first foreign class in the lineage: `torch.nn.Module`. */
export function foreignBase(value: ClassValue, run: Interpreter): string | null {
  for (const one of lineage(value, run))
    for (const base of basesOf(one, run).flatMap(optionsOf))
      if (base.kind === 'external' && base.name !== 'object') return base.name;
  return null;
}

/** The statements of a class's body, decorators taken off. */
export const membersOf = (value: ClassValue): Syntax[] =>
  (value.syntax.fields.body?.children ?? []).map((member) =>
    member.type === 'decorated_definition' && member.fields.definition ? member.fields.definition : member,
  );

export function methodOf(value: ClassValue, name: string, run: Interpreter, after?: ClassValue): FunctionValue | null {
  const line = lineage(value, run);
  for (const one of after ? line.slice(line.indexOf(after) + 1) : line) {
    const found = membersOf(one).find(
      (member) => member.type === 'function_definition' && nameOf(member, one) === name,
    );
    if (found)
      return { kind: 'function', name, syntax: found, chunk: one.chunk, file: one.file, scope: one.scope, owner: one };
  }
  return null;
}

export const nameOf = (definition: Syntax, { chunk }: { chunk: ClassValue['chunk'] }): string =>
  definition.fields.name ? normalised(textOf(definition.fields.name, { chunk })) : '';

/** `expansion = 4` in a class's body. */
export function classAttribute(value: ClassValue, name: string, run: Interpreter): Value | null {
  for (const one of lineage(value, run)) {
    for (const member of membersOf(one)) {
      const [assignment] = member.type === 'expression_statement' ? member.children : [];
      const { left, right } = assignment?.type === 'assignment' ? assignment.fields : {};
      if (left?.type === 'identifier' && right && normalised(textOf(left, one)) === name)
        return run.evaluate(right, frameOf(one));
    }
  }
  return null;
}

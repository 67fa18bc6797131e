import type { Syntax } from '../python/syntax.js';
import { frameOf } from './classes.js';
import { type Frame, type Interpreter, textOf } from './interpreter.js';
import { type Arguments, choice, type FunctionValue, type Item, normalised, unknown, type Value } from './value.js';

/** Functions that call each other deeper than this are left alone. */
const deepest = 16;

/** Runs a function of the code and gives what it may return. Parameters that get nothing have their defaults. */
export function callFunction(
  callee: FunctionValue,
  args: Arguments | null,
  items: readonly Item[],
  depth: number,
  run: Interpreter,
): Value {
  if (depth > deepest) return unknown;
  const frame = frameOf(callee, { self: callee.self ?? null, owner: callee.owner ?? null, depth });
  bind(callee, args, items, frame, run);
  const { body } = callee.syntax.fields;
  if (!body) return unknown;
  if (callee.syntax.type === 'lambda') return run.evaluate(body, frame);
  run.run(body.children, frame);
  if (frame.yields.items.length > 0) return frame.yields;
  return choice(frame.returns.filter((value) => !(value.kind === 'constant' && value.value === null)));
}

function bind(
  { syntax, self, owner }: FunctionValue,
  args: Arguments | null,
  items: readonly Item[],
  frame: Frame,
  run: Interpreter,
): void {
  const parameters = syntax.fields.parameters?.children ?? [];
  // Also where the parameter's name is being typed.
  if (owner && self) frame.scope.set('self', { kind: 'self', instance: self });
  let next = 0;
  const taken = new Set<string>();
  parameters.forEach((parameter, i) => {
    if (parameter.type === 'list_splat_pattern' || isSplat(parameter, 'list_splat_pattern')) {
      const name = splatName(parameter, frame);
      if (name) frame.scope.set(name, run.growth.list(args ? items.slice(next) : [anyNumber]));
      next = Infinity;
      return;
    }
    if (parameter.type === 'dictionary_splat_pattern' || isSplat(parameter, 'dictionary_splat_pattern')) {
      const name = splatName(parameter, frame);
      const rest = [...(args?.keywords ?? [])].filter(([key]) => !taken.has(key));
      if (name)
        frame.scope.set(name, {
          kind: 'dict',
          entries: rest.map(([key, value]) => ({ key: { name: key }, span: args?.spans.get(key) ?? null, value })),
        });
      return;
    }
    const identifier = parameter.fields.name ?? (parameter.type === 'identifier' ? parameter : parameter.children[0]);
    if (identifier?.type !== 'identifier') return;
    const name = normalised(textOf(identifier, frame));
    taken.add(name);
    if (i === 0 && owner && self) {
      frame.scope.set(name, { kind: 'self', instance: self });
      return;
    }
    if (i === 0 && owner && name === 'cls') {
      frame.scope.set(name, owner);
      return;
    }
    const given = args && (args.keywords.get(name) ?? args.positional[next]);
    if (args && !args.keywords.has(name)) next++;
    const open = args && next > args.positional.length && items.length > args.positional.length;
    const standard = args && !open && parameter.fields.value ? run.evaluate(parameter.fields.value, frame) : unknown;
    frame.scope.set(name, given ?? standard);
  });
}

const anyNumber: Item = { kind: 'repeat', items: [{ kind: 'one', value: unknown, span: null }], count: null };

const isSplat = (parameter: Syntax, type: string): boolean =>
  parameter.type === 'typed_parameter' && parameter.children[0]?.type === type;

function splatName(parameter: Syntax, frame: Frame): string | null {
  const pattern = parameter.type === 'typed_parameter' ? parameter.children[0] : parameter;
  const [name] = pattern?.children ?? [];
  return name ? normalised(textOf(name, frame)) : null;
}

import { callFunction } from './callFunction.js';
import { foreignBase, frameOf, lineage, membersOf, methodOf, nameOf } from './classes.js';
import { containers } from './containers.js';
import { define } from './define.js';
import { spanOf, textOf, type Interpreter } from './interpreter.js';
import { type ClassValue, type Instance, type ModuleValue, normalised, type Value } from './value.js';

/** Methods in which frameworks let a module make its children, besides the constructor. */
const makers = ['setup', 'build', 'configure_model'];

/**
 * The object that a call of a class leaves: its constructor is run, then the methods above, then those methods that give
 * attributes which nothing has given so far (`reset_head`). Where the arguments are not known, they stay open.
 */
export function makeInstance(module: ModuleValue, isOpen: boolean, run: Interpreter): Instance {
  const made = module.class!;
  const base = foreignBase(made, run);
  const instance: Instance = {
    class: made,
    attributes: new Map(),
    patterns: [],
    children: null,
    entries: null,
    made: [],
    base: base?.slice(base.lastIndexOf('.') + 1) ?? null,
  };
  const before = run.created.length;
  // Set before anything runs: a class may make objects of itself.
  module.instance = instance;
  if (instance.base === 'Sequential' || instance.base === 'ModuleList') instance.children = run.growth.list();
  if (instance.base === 'ModuleDict') instance.entries = { kind: 'dict', entries: [] };
  for (const one of lineage(made, run).reverse()) bodyAttributes(instance, one, run);
  const start = methodOf(made, '__init__', run);
  if (start) {
    const { args } = module;
    const items = args.positional.map((value, i) => ({ kind: 'one' as const, value, span: args.places[i] ?? null }));
    callFunction({ ...start, self: instance }, isOpen ? null : args, items, 1, run);
  } else if (instance.base && Object.hasOwn(containers, instance.base)) {
    const { args } = module;
    const items = args.positional.map((value, i) => ({ kind: 'one' as const, value, span: args.places[i] ?? null }));
    const frame = frameOf(made);
    Object.assign(
      instance,
      containers[instance.base]({ node: made.syntax, frame, run, name: '__init__', span: module.span, args, items }),
    );
  }
  for (const name of makers) {
    const method = methodOf(made, name, run);
    if (method) callFunction({ ...method, self: instance }, null, [], 1, run);
  }
  instance.made = run.created.slice(before);
  addLateAttributes(instance, run);
  return instance;
}

/** `conv = nn.Conv2d(3, 8, 3)` in the class's body. */
function bodyAttributes(instance: Instance, made: ClassValue, run: Interpreter): void {
  const frame = frameOf(made);
  for (const member of membersOf(made)) {
    const [assignment] = member.type === 'expression_statement' ? member.children : [];
    const { left, right } = assignment?.type === 'assignment' ? assignment.fields : {};
    if (left?.type !== 'identifier' || !right) continue;
    const name = normalised(textOf(left, made));
    const value = run.evaluate(right, frame);
    frame.scope.set(name, value);
    if (isMade(value)) define(instance, { name }, spanOf(left, made), value);
  }
}

const isMade = (value: Value): boolean => value.kind === 'module' || value.kind === 'choice' || value.kind === 'list';

function addLateAttributes(instance: Instance, run: Interpreter): void {
  const before = new Set(instance.attributes.keys());
  const late: Instance = { ...instance, attributes: new Map(instance.attributes), patterns: [] };
  for (const one of lineage(instance.class, run)) {
    for (const member of membersOf(one)) {
      if (member.type !== 'function_definition' || nameOf(member, one) === '__init__') continue;
      const names = [...textOf(member, one).matchAll(/\bself\s*\.\s*([^\W\d]\w*)\s*(?::[^=\n]+)?=(?!=)/gu)];
      if (!names.some(([, name]) => !before.has(normalised(name)))) continue;
      const method = methodOf(instance.class, nameOf(member, one), run);
      if (method && method.syntax === member) callFunction({ ...method, self: late }, null, [], 1, run);
    }
  }
  for (const [name, definitions] of late.attributes) if (!before.has(name)) instance.attributes.set(name, definitions);
}

import type { Syntax } from '../python/syntax.js';
import { builtins } from './builtins.js';
import { callFunction } from './callFunction.js';
import { methodOf } from './classes.js';
import { containerOf, containers } from './containers.js';
import { itemsOf, keySpan, madeAt } from './expressions.js';
import { spanOf, textOf, type Frame, type Interpreter } from './interpreter.js';
import { methods } from './methods.js';
import {
  type Arguments,
  choice,
  type ClassValue,
  type Instance,
  type Item,
  type ModuleValue,
  normalised,
  type Span,
  unknown,
  type Value,
} from './value.js';

/** A call as it stands: what is called on what, with which arguments. */
export interface Call {
  node: Syntax;
  frame: Frame;
  run: Interpreter;
  /** Last part of the callee's name. */
  name: string;
  span: Span;
  args: Arguments;
  /** Positional arguments, `*rest` spread. */
  items: Item[];
}

/** Calls of more options than this are not tried one by one. */
const mostOptions = 8;

export function evaluateCall(node: Syntax, frame: Frame, run: Interpreter): Value {
  const { function: callee, arguments: list } = node.fields;
  if (!callee || !list) return unknown;
  const isMethod = callee.type === 'attribute' && callee.fields.object && callee.fields.attribute;
  const owner = isMethod ? run.evaluate(callee.fields.object, frame) : null;
  const name = isMethod ? normalised(textOf(callee.fields.attribute!, frame)) : '';
  const call: Call = { node, frame, run, name, span: spanOf(callee, frame), ...argumentsOf(list, frame, run) };
  if (owner) {
    if (owner.kind === 'super') return superCall(owner, call);
    const method = Object.hasOwn(methods, name) ? methods[name](owner, call) : null;
    if (method) return method;
  }
  return callValue(run.evaluate(callee, frame), call);
}

function callValue(callee: Value, call: Call): Value {
  const { run, frame, args, span } = call;
  switch (callee.kind) {
    case 'choice':
      return choice(callee.options.slice(0, mostOptions).map((option) => callValue(option, call)));
    case 'class':
      return made({ kind: 'module', class: callee, name: callee.name, span, args, children: null, entries: null }, run);
    case 'function':
      return callFunction(callee, args, call.items, frame.depth + 1, run);
    case 'external':
      return callForeign(callee.name, call);
    case 'unknown':
      return made({ kind: 'module', class: null, name: '?', span, args, children: null, entries: null }, run);
    default:
      // A module called on a tensor: its result is no module.
      return unknown;
  }
}

function callForeign(dotted: string, call: Call): Value {
  const { run, args, span } = call;
  const name = dotted.slice(dotted.lastIndexOf('.') + 1);
  const isPlain = name === dotted;
  if (Object.hasOwn(builtins, name) && (isPlain || name === 'OrderedDict' || !/^[A-Z]/.test(name))) {
    const result = builtins[name]({ ...call, name });
    if (result) return result;
  }
  const [first] = args.positional;
  // A function of the framework that is given a module hands it back: `spectral_norm(nn.Linear(4, 4))`.
  if (first?.kind === 'module' && /^[a-z_]/.test(name)) return first;
  const module: ModuleValue = { kind: 'module', class: null, name: dotted, span, args, children: null, entries: null };
  if (Object.hasOwn(containers, name)) Object.assign(module, containers[name](call));
  return made(module, run);
}

function made(module: ModuleValue, run: Interpreter): ModuleValue {
  run.created.push(module);
  return module;
}

/** `super().__init__(...)`: the next class of the code, or the container that is extended. */
function superCall({ instance, after }: { instance: Instance; after: ClassValue }, call: Call): Value {
  const { run, frame } = call;
  const method = methodOf(instance.class, call.name, run, after);
  if (method) return callFunction({ ...method, self: instance }, call.args, call.items, frame.depth + 1, run);
  if (call.name === '__init__') {
    const container = containerOf(instance.base, call);
    if (container?.children) instance.children = container.children;
    if (container?.entries) instance.entries = container.entries;
  } else if (Object.hasOwn(methods, call.name)) methods[call.name]({ kind: 'self', instance }, call);
  return unknown;
}

function argumentsOf(list: Syntax, frame: Frame, run: Interpreter): { args: Arguments; items: Item[] } {
  const keywords = new Map<string, Value>();
  const spans = new Map<string, Span>();
  const positional: Syntax[] = [];
  if (list.type === 'generator_expression') positional.push(list);
  else
    for (const child of list.children) {
      const { name, value } = child.fields;
      if (child.type === 'keyword_argument') {
        if (!name || !value) continue;
        const key = normalised(textOf(name, frame));
        keywords.set(key, run.evaluate(value, frame));
        const span = keySpan(value, frame);
        if (span) spans.set(key, span);
      } else if (child.type === 'dictionary_splat') {
        const rest = run.evaluate(child.children[0], frame);
        if (rest.kind !== 'dict') continue;
        for (const { key, value: given } of rest.entries) if ('name' in key) keywords.set(key.name, given);
      } else if (child.type !== 'ERROR') positional.push(child);
    }
  const items = itemsOf(positional, frame, run);
  const known: { value: Value; span: Span | null }[] = [];
  for (const [i, item] of items.entries()) {
    if (item.kind !== 'one') break;
    const node = positional.length === items.length ? positional[i] : undefined;
    known.push({
      value: item.value,
      span: node?.type === 'string' ? keySpan(node, frame) : (item.span ?? madeAt(item.value)),
    });
  }
  return {
    args: { positional: known.map(({ value }) => value), places: known.map(({ span }) => span), keywords, spans },
    items,
  };
}

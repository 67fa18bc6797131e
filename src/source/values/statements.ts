import type { Syntax } from '../python/syntax.js';
import { assign } from './assignment.js';
import { importStatement } from './imports.js';
import { type Frame, type Interpreter, textOf } from './interpreter.js';
import { anyElement, iterated, roundsOf } from './iterables.js';
import { binary, truth } from './operators.js';
import { isPart } from './parts.js';
import {
  choice,
  type ClassValue,
  constant,
  type FunctionValue,
  type Item,
  normalised,
  unknown,
  type Value,
} from './value.js';

type Run = (node: Syntax, frame: Frame, run: Interpreter) => void;

const block = (node: Syntax | undefined): readonly Syntax[] => node?.children ?? [];

const kinds: Record<string, Run> = {
  expression_statement: (node, frame, run) => {
    for (const child of node.children) {
      if (Object.hasOwn(kinds, child.type)) kinds[child.type](child, frame, run);
      else run.evaluate(child, frame);
    }
  },
  assignment: (node, frame, run) => {
    const { left, right } = node.fields;
    if (!left || !right) return;
    // a = b = value
    if (right.type === 'assignment') {
      kinds.assignment(right, frame, run);
      if (right.fields.left) assign(left, run.evaluate(right.fields.left, frame), frame, run);
      return;
    }
    assign(left, run.evaluate(right, frame), frame, run);
  },
  augmented_assignment: (node, frame, run) => {
    const { left, operator, right } = node.fields;
    if (!left || !operator || !right) return;
    const before = run.evaluate(left, frame);
    const value = run.evaluate(right, frame);
    const sign = textOf(operator, frame).replace('=', '');
    const list = before.kind === 'list' ? before : before.kind === 'module' ? before.children : null;
    if (list && sign === '+') run.growth.push(list, iterated(value).items);
    else if (before.kind !== 'self') assign(left, binary(sign, before, value, run.growth), frame, run);
  },
  return_statement: (node, frame, run) => {
    frame.returns.push(node.children[0] ? run.evaluate(node.children[0], frame) : constant(null));
    frame.ended = true;
  },
  raise_statement: (_node, frame) => {
    frame.ended = true;
  },
  class_definition: (node, frame) => {
    const { name } = node.fields;
    if (name) frame.scope.set(normalised(textOf(name, frame)), classValue(node, frame));
  },
  function_definition: (node, frame) => {
    const { name } = node.fields;
    if (name) frame.scope.set(normalised(textOf(name, frame)), functionValue(node, frame));
  },
  decorated_definition: (node, frame, run) => {
    const { definition } = node.fields;
    if (definition) run.run([definition], frame);
  },
  if_statement: (node, frame, run) => {
    const clauses = [
      { test: node.fields.condition, body: block(node.fields.consequence) },
      ...node.children
        .filter(({ type }) => type === 'elif_clause' || type === 'else_clause')
        .map((clause) => ({
          test: clause.fields.condition,
          body: block(clause.fields.consequence ?? clause.fields.body),
        })),
    ];
    const open: (readonly Syntax[])[] = [];
    let decided = false;
    for (const { test, body } of clauses) {
      const known = test ? truth(run.evaluate(test, frame)) : true;
      if (known === false) continue;
      open.push(body);
      if (known) {
        decided = true;
        break;
      }
    }
    if (!decided) open.push([]);
    branches(open, frame, run);
  },
  for_statement: (node, frame, run) => {
    const { left, right, body } = node.fields;
    if (!right) return;
    const list = iterated(run.evaluate(right, frame));
    // Training loops make nothing: one round says all there is to know.
    const over = !body || makes.test(textOf(body, frame)) ? roundsOf(list) : { element: anyElement(list), count: null };
    const round = (element: Value) => {
      if (left) assign(left, element, frame, run);
      run.run(block(body), frame);
    };
    if ('elements' in over) {
      const [first, ...others] = over.elements;
      const isTraining = first && trains(() => round(first), run);
      const rounds = isTraining && others.length > 1 ? { element: choice(others), count: others.length } : null;
      if (rounds && !frame.ended) repeated(() => round(rounds.element), rounds.count, frame, run);
      else
        for (const element of others) {
          if (frame.ended) break;
          round(element);
        }
    } else repeated(() => round(over.element), over.count, frame, run);
    run.run(block(node.fields.alternative?.fields.body), frame);
  },
  while_statement: (node, frame, run) => {
    repeated(() => run.run(block(node.fields.body), frame), null, frame, run);
  },
  with_statement: (node, frame, run) => {
    for (const item of node.children.flatMap((child) => (child.type === 'with_clause' ? child.children : []))) {
      const [value] = item.children;
      // with strategy.scope() as name
      if (value?.type === 'as_pattern') {
        const given = run.evaluate(value.children[0], frame);
        const [target] = value.fields.alias?.children ?? [];
        if (target) assign(target, given.kind === 'module' ? unknown : given, frame, run);
      } else run.evaluate(value, frame);
    }
    run.run(block(node.fields.body), frame);
  },
  try_statement: (node, frame, run) => {
    run.run(block(node.fields.body), frame);
    for (const clause of node.children) {
      if (clause.type === 'finally_clause' || clause.type === 'else_clause')
        run.run(
          clause.children.flatMap((child) => (child.type === 'block' ? child.children : [])),
          frame,
        );
      // `except ImportError: from .other import Block`
      else if (clause.type.startsWith('except')) branches([clause.children.flatMap(blockOf), []], frame, run);
    }
  },
  match_statement: (node, frame, run) => {
    const cases = block(node.fields.body).filter(({ type }) => type === 'case_clause');
    branches([...cases.map((clause) => block(clause.fields.consequence)), []], frame, run);
  },
  import_statement: importStatement,
  import_from_statement: importStatement,
  block: (node, frame, run) => run.run(node.children, frame),
  ERROR: (node, frame, run) => run.run(node.children, frame),
};

/** Steps of a round that are more than building a block of a network takes, unless it makes one. */
const longRound = 100;

/** Whether a loop's round is long and leaves no part of a network: the others will do the same, whatever they go through. */
function trains(round: () => void, run: Interpreter): boolean {
  const [steps, made, parts] = [run.steps, run.created.length, run.growth.parts];
  round();
  return run.steps - steps > longRound && run.growth.parts === parts && !run.created.slice(made).some(isPart);
}

/** Loops that may leave more than they find; `layers.Dense(8)(x)` makes a layer each time. */
const makes = /\)\s*\(|append|extend|insert|module\(|setattr|\+=\s*[[(]|\]\s*=|yield|\.\w+\s*=(?!=)/;

const blockOf = (node: Syntax): readonly Syntax[] => (node.type === 'block' ? node.children : []);

export function runStatement(node: Syntax, frame: Frame, run: Interpreter): void {
  if (Object.hasOwn(kinds, node.type)) kinds[node.type](node, frame, run);
}

/** Runs each branch from the same beginning; lists that grew get one part that is either this or that. */
function branches(bodies: readonly (readonly Syntax[])[], frame: Frame, run: Interpreter): void {
  if (bodies.length === 1) {
    run.run(bodies[0], frame);
    return;
  }
  const grown: Map<unknown, Item[]>[] = [];
  const lists = new Set<Parameters<typeof run.growth.push>[0]>();
  const endings: boolean[] = [];
  frame.scope.branch(
    bodies.map((body) => () => {
      frame.ended = false;
      const added = run.growth.during(() => run.run(body, frame));
      for (const list of added.keys()) lists.add(list);
      grown.push(added);
      endings.push(frame.ended);
    }),
    (values: Value[]) => choice(values.filter((_, i) => !endings[i])),
  );
  frame.ended = endings.every(Boolean);
  for (const list of lists)
    run.growth.push(list, [{ kind: 'either', branches: grown.map((added) => added.get(list) ?? []) }]);
}

function repeated(body: () => void, count: number | null, frame: Frame, run: Interpreter): void {
  for (const [list, items] of run.growth.during(body)) run.growth.push(list, [{ kind: 'repeat', items, count }]);
  frame.ended = false;
}

export const classValue = (node: Syntax, { chunk, file, scope }: Frame): ClassValue => ({
  kind: 'class',
  name: node.fields.name ? normalised(chunk.source.text.slice(node.fields.name.start, node.fields.name.end)) : '',
  syntax: node,
  chunk,
  file,
  scope,
});

export const functionValue = (node: Syntax, { chunk, file, scope, owner }: Frame): FunctionValue => ({
  kind: 'function',
  name: node.fields.name ? normalised(chunk.source.text.slice(node.fields.name.start, node.fields.name.end)) : '',
  syntax: node,
  chunk,
  file,
  scope,
  owner: owner ?? undefined,
});

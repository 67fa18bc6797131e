import type { Syntax } from '../python/syntax.js';
import { assign } from './assignment.js';
import { iterated, roundsOf } from './iterables.js';
import { spanOf, type Frame, type Interpreter } from './interpreter.js';
import { truth } from './operators.js';
import { Scope } from './scope.js';
import { type Entry, type Item, keyOf, type Value } from './value.js';

/** `[f(x) for x in xs if c]` and its relatives: each element where `xs` is known, a repetition otherwise. */
export function comprehension(node: Syntax, frame: Frame, run: Interpreter): Value {
  const inside: Frame = { ...frame, scope: new Scope(frame.scope) };
  const { body } = node.fields;
  const clauses = node.children.filter(({ type }) => type === 'for_in_clause' || type === 'if_clause');
  if (!body) return run.growth.list();
  if (node.type === 'dictionary_comprehension') {
    const entries: Entry[] = [];
    rounds(clauses, inside, run, () => {
      const { key, value } = body.fields;
      const named = key && keyOf(run.evaluate(key, inside));
      entries.push({
        key: named ?? { pattern: '.+' },
        span: calleeSpan(value, inside),
        value: run.evaluate(value, inside),
      });
      return [];
    });
    return { kind: 'dict', entries };
  }
  return run.growth.list(
    rounds(clauses, inside, run, () => [
      { kind: 'one', value: run.evaluate(body, inside), span: calleeSpan(body, inside) },
    ]),
  );
}

function rounds(clauses: readonly Syntax[], frame: Frame, run: Interpreter, body: () => Item[]): Item[] {
  const [clause, ...rest] = clauses;
  if (!clause) return body();
  const next = () => rounds(rest, frame, run, body);
  if (clause.type === 'if_clause') {
    const known = truth(run.evaluate(clause.children[0], frame));
    if (known !== null) return known ? next() : [];
    return [{ kind: 'either', branches: [next(), []] }];
  }
  const { left, right } = clause.fields;
  const over = roundsOf(iterated(run.evaluate(right, frame)));
  if ('elements' in over)
    return over.elements.flatMap((element) => {
      if (left) assign(left, element, frame, run);
      return next();
    });
  if (left) assign(left, over.element, frame, run);
  return [{ kind: 'repeat', items: next(), count: over.count }];
}

function calleeSpan(node: Syntax | undefined, frame: Frame) {
  const callee = node?.type === 'call' ? node.fields.function : undefined;
  return callee ? spanOf(callee, frame) : null;
}

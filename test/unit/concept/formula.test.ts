import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalFormula, evaluateFormula, formulaLabel, formulaLength } from '../../../src/engine/concept/formula.js';
import type { Formula } from '../../../src/shared/results.js';

const atom = (concept: string): Formula => ({ op: 'atom', concept });
const not = (of: Formula): Formula => ({ op: 'not', of });
const and = (left: Formula, right: Formula): Formula => ({ op: 'and', left, right });
const or = (left: Formula, right: Formula): Formula => ({ op: 'or', left, right });
const [a, b, c] = [atom('a'), atom('b'), atom('pole angle > 0.1')];

describe('formula', () => {
  it('is written with parentheses only where they are needed', () => {
    assert.equal(formulaLabel(and(or(a, b), not(c))), '(a OR b) AND NOT pole angle > 0.1');
    assert.equal(formulaLabel(or(and(a, b), c)), 'a AND b OR pole angle > 0.1');
    assert.equal(formulaLabel(and(and(a, not(b)), c)), 'a AND NOT b AND pole angle > 0.1');
    assert.equal(formulaLabel(not(or(a, b))), 'NOT (a OR b)');
    assert.equal(formulaLabel(and(a, or(b, c))), 'a AND (b OR pole angle > 0.1)');
    assert.equal(formulaLabel(not(not(a))), 'NOT NOT a');
  });

  it('counts atoms, not NOT', () => {
    assert.equal(formulaLength(and(or(a, b), not(c))), 3);
    assert.equal(formulaLength(not(a)), 1);
  });

  it('is the same whatever the order and nesting of operands', () => {
    assert.equal(canonicalFormula(or(a, or(b, c))), canonicalFormula(or(or(c, b), a)));
    assert.equal(canonicalFormula(and(a, a)), canonicalFormula(a));
    assert.notEqual(canonicalFormula(and(a, or(b, c))), canonicalFormula(or(and(a, b), c)));
    assert.notEqual(canonicalFormula(and(a, not(b))), canonicalFormula(and(not(a), b)));
  });

  it('with one canonical form has one truth table', () => {
    const { tree } = fc.letrec<{ tree: Formula }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('x', 'y').map(atom),
        tie('tree').map(not),
        fc.tuple(tie('tree'), tie('tree')).map(([l, r]) => and(l, r)),
        fc.tuple(tie('tree'), tie('tree')).map(([l, r]) => or(l, r)),
      ),
    }));
    const table = (formula: Formula) =>
      [0, 1, 2, 3].map((row) => evaluateFormula(formula, (name) => ((row >> (name === 'x' ? 0 : 1)) & 1) === 1));
    fc.assert(
      fc.property(tree, tree, (f, g) => {
        if (canonicalFormula(f) === canonicalFormula(g)) assert.deepEqual(table(f), table(g));
      }),
      { numRuns: 2000 },
    );
  });
});

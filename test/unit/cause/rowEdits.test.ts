import assert from 'node:assert/strict';
import { rowEdits } from '../../../src/engine/cause/rowEdits.js';
import { evaluate, parseExpression, withFixedQuantiles } from '../../../src/engine/concept/expression/index.js';
import type { Formula } from '../../../src/shared/results.js';

const atom = (concept: string): Formula => ({ op: 'atom', concept });
const not = (of: Formula): Formula => ({ op: 'not', of });
const and = (left: Formula, right: Formula): Formula => ({ op: 'and', left, right });
const or = (left: Formula, right: Formula): Formula => ({ op: 'or', left, right });

/** x counts from 0 to 9 (deviation √8.25), flag is 1 for odd x (deviation ½), y runs down from 4.5 in halves. */
const columns = new Map([
  ['x', Float64Array.from({ length: 10 }, (_, i) => i)],
  ['flag', Float64Array.from({ length: 10 }, (_, i) => i % 2)],
  ['y', Float64Array.from({ length: 10 }, (_, i) => (9 - i) / 2)],
]);
const deviation = Math.sqrt(8.25);
const concepts: Record<string, string> = {
  high: 'x > 4.5',
  'very high': 'x >= 8',
  middle: '2 < x < 7',
  odd: 'flag == 1',
  together: 'x + y > 6',
  upper: 'x > quantile(x, 0.5)',
};

function editor(formula: Formula, changeable = ['x', 'flag', 'y']) {
  const table = { rows: 10, columns };
  const expressions = new Map(
    Object.entries(concepts).map(
      ([name, text]) => [name, withFixedQuantiles(parseExpression(text, [...columns.keys()]), table)] as const,
    ),
  );
  const holds = (concept: string, row: number): boolean => evaluate(expressions.get(concept)!, table)[row] !== 0;
  const { edit, columns: changed } = rowEdits({
    formula,
    expressions,
    holds,
    columns,
    changeable: new Set(changeable),
  });
  const said = (row: number) => {
    const found = edit(row);
    return found && { ...Object.fromEntries(found.values), size: Math.round(found.size * 1e6) / 1e6 };
  };
  return { said, changed };
}
const inDeviations = (change: number, of = deviation): number => Math.round((change / of) * 1e6) / 1e6;

describe('The smallest change that turns a formula false', () => {
  it('moves a column to the nearest value of the table at which the condition does not hold', () => {
    const { said, changed } = editor(atom('high'));
    assert.deepEqual(changed, ['x']);
    assert.deepEqual(said(9), { x: 4, size: inDeviations(5) });
    assert.deepEqual(said(5), { x: 4, size: inDeviations(1) });
    // Either side of the interval, whichever is nearer; at the same distance the lower one.
    assert.deepEqual(editor(atom('middle')).said(6), { x: 7, size: inDeviations(1) });
    assert.deepEqual(editor(atom('middle')).said(3), { x: 2, size: inDeviations(1) });
    assert.deepEqual(editor(atom('upper')).said(6), { x: 4, size: inDeviations(2) });
  });

  it('takes the cheapest of several ways, in standard deviations', () => {
    const { said } = editor(and(atom('high'), atom('odd')));
    // The flag from 1 to 0 is two of its deviations; x from 5 to 4 is 0.35 of its own, from 9 to 4 1.74.
    assert.deepEqual(said(5), { x: 4, size: inDeviations(1) });
    assert.deepEqual(said(9), { x: 4, size: inDeviations(5) });
    assert.deepEqual(editor(and(atom('very high'), not(atom('odd')))).said(8), { x: 7, size: inDeviations(1) });
  });

  it('changes all that it must: every part of an OR, and no part that holds already not', () => {
    const { said } = editor(or(atom('high'), atom('odd')));
    assert.deepEqual(said(3), { flag: 0, size: 2 });
    assert.deepEqual(said(6), { x: 4, size: inDeviations(2) });
    assert.deepEqual(said(7), { x: 4, flag: 0, size: Math.round((3 / deviation + 2) * 1e6) / 1e6 });
  });

  it('agrees with trying every combination of values', () => {
    const formulas = [
      and(or(atom('high'), atom('odd')), not(atom('very high'))),
      or(and(atom('middle'), atom('odd')), atom('very high')),
      or(or(atom('middle'), atom('odd')), atom('high')),
    ];
    for (const formula of formulas) {
      const { said } = editor(formula);
      const truth = (x: number, flag: number): boolean => {
        const holds: Record<string, boolean> = { high: x > 4.5, 'very high': x >= 8, middle: x > 2 && x < 7, odd: flag === 1 }; // prettier-ignore
        const value = (part: Formula): boolean =>
          part.op === 'atom' ? holds[part.concept]
          : part.op === 'not' ? !value(part.of)
          : part.op === 'and' ? value(part.left) && value(part.right)
          : value(part.left) || value(part.right); // prettier-ignore
        return value(formula);
      };
      for (let row = 0; row < 10; row++) {
        if (!truth(row, row % 2)) continue;
        let best = Infinity;
        for (let x = 0; x < 10; x++) {
          for (const flag of [0, 1]) {
            if (!truth(x, flag)) best = Math.min(best, Math.abs(x - row) / deviation + Math.abs(flag - (row % 2)) * 2);
          }
        }
        assert.equal(said(row)?.size, Math.round(best * 1e6) / 1e6);
      }
    }
  });

  it('follows a condition over several columns along each of them', () => {
    // x + y = 4.5 + x / 2 in row x: 9 in row 9. To 6 it is 3: along x to 6 (6 + 0 = 6 is not above), y is at its lowest.
    assert.deepEqual(editor(atom('together')).said(9), { x: 6, size: inDeviations(3) });
    // Row 4: 4 + 2.5 = 6.5. To 3 for x or to 2 for y are as far, for y's deviation is half of that of x.
    assert.deepEqual(editor(atom('together'), ['x']).said(4), { x: 3, size: inDeviations(1) });
    assert.deepEqual(editor(atom('together'), ['y']).said(4), { y: 2, size: inDeviations(0.5, deviation / 2) });
    assert.equal(editor(atom('together')).said(4)?.size, inDeviations(1));
  });

  it('leaves alone what does not feed the model, and says where nothing can be done', () => {
    const { said, changed } = editor(and(atom('high'), atom('odd')), ['flag']);
    assert.deepEqual(changed, ['flag']);
    assert.deepEqual(said(5), { flag: 0, size: 2 });
    assert.equal(editor(or(atom('high'), atom('odd')), ['flag']).said(5), null);
    assert.deepEqual(editor(atom('odd'), ['x']).changed, []);
  });
});

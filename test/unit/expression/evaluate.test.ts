import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { evaluate, evaluateMask, parseExpression, quantile } from '../../../src/engine/concept/expression/index.js';
import { projectRoot } from '../../support/sharedData.js';

const fixture = (...parts: string[]): unknown =>
  JSON.parse(readFileSync(path.join(projectRoot, 'test/fixtures', ...parts), 'utf8'));

const { table, cases } = fixture('expression', 'cases.json') as {
  table: Record<string, number[]>;
  cases: [string, boolean[]][];
};

const tableOf = (columns: Record<string, number[]>) => ({
  rows: Object.values(columns)[0].length,
  columns: new Map(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)])),
});

/** The rows of which the expression holds. */
function holds(text: string, columns: Record<string, number[]>): boolean[] {
  const rows = tableOf(columns);
  const mask = evaluateMask(parseExpression(text, Object.keys(columns)), rows);
  return Array.from({ length: rows.rows }, (_, row) => hasBit(mask, row));
}

describe('An expression over columns', () => {
  for (const [text, expected] of cases) {
    it(`means what it means in Python: ${text}`, () => assert.deepEqual(holds(text, table), expected));
  }

  it('is false of a missing value, whatever the comparison', () => {
    for (const operator of ['<', '<=', '>', '>=', '==', '!=']) {
      assert.deepEqual(holds(`x ${operator} 1`, { x: [NaN] }), [false], operator);
    }
    assert.deepEqual(holds('x', { x: [NaN, 0, 2] }), [false, false, true]);
    assert.deepEqual(holds('not x > 1', { x: [NaN, 2] }), [true, false]);
  });

  it('divides by zero as doubles do', () => {
    assert.deepEqual(holds('1 / x > 1e300', { x: [0, 1] }), [true, false]);
    assert.deepEqual(holds('x % 0 == x % 0', { x: [1] }), [false]);
  });

  it('reads columns with spaces, dots, digits, other alphabets and the names of words of the language', () => {
    const columns = { 'pole angle': [1], 'obs.0': [1], größe: [1], and: [1], abs: [1], '2nd': [1], 角度: [1] };
    assert.deepEqual(holds('`pole angle` + obs.0 + größe + `and` + abs + `2nd` + 角度 == 7', columns), [true]);
  });

  it('sets no bits past the last row', () => {
    const mask = evaluateMask(parseExpression('x == 0', ['x']), tableOf({ x: new Array<number>(33).fill(0) }));
    assert.deepEqual([...mask], [0xffffffff, 1]);
  });

  it('takes quantiles as numpy does, missing values left out', () => {
    const { values, of } = (fixture('probe', 'expected.json') as Record<string, unknown>).quantiles as {
      values: number[];
      of: [number, number][];
    };
    const column = Float64Array.from([NaN, ...values, NaN]);
    for (const [q, expected] of of) assert.equal(quantile(column, q), expected, `q = ${q}`);
    assert.deepEqual([...evaluate(parseExpression('x > quantile(x, 0)', ['x']), tableOf({ x: [3, 1, 2] }))], [1, 0, 1]);
  });
});

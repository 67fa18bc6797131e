import assert from 'node:assert/strict';
import { checkExpression, ExpressionError, parseExpression } from '../../../src/engine/concept/expression/index.js';

const columns = ['x', 'pole_angle', 'left leg'];

/** [expression, position, length, reason, advice] */
const wrong: [string, number, number, RegExp, RegExp?][] = [
  ['pole_angel > 0', 0, 10, /no column "pole_angel"/, /did you mean "pole_angle"\?/],
  ['x > Y', 4, 1, /no column "Y"/, /columns are "x", "pole_angle", "left leg"/],
  ['x >', 3, 0, /something is missing/],
  ['x > 1 and', 9, 0, /something is missing/],
  ['x > (1 + 2', 4, 1, /parenthesis that opens here is never closed/],
  ['x > 1)', 5, 1, /"\)" is not expected here/],
  ['x = 1', 2, 1, /"=" has no meaning here/, /write "==" to compare/],
  ['x > 1 && x < 2', 6, 2, /"&&" has no meaning/, /write "and"/],
  ['!x', 0, 1, /"!" has no meaning/, /write "not"/],
  ['x > 1 AND x < 2', 6, 3, /"AND" is not expected here/],
  ['left leg > 0', 0, 4, /no column "left"/],
  ['x leg > 0', 2, 3, /"leg" is not expected here/, /backticks/],
  ['x + 1', 0, 5, /a number, not a condition/, /compare it/],
  ['x > 0 and x + 1', 10, 5, /a number, not a condition/],
  ['not 3', 4, 1, /a number, not a condition/],
  ['', 0, 0, /it is empty/],
  ['`x > 0', 0, 1, /backtick that opens here is never closed/],
  ['3x > 0', 1, 1, /"x" follows the number 3/],
  ['abs > 0', 0, 3, /no column "abs"/, /is a function/],
  ['sqr(x) > 0', 0, 3, /no function "sqr"/, /did you mean "sqrt"\?/],
  ['abs(x, x) > 0', 0, 3, /abs takes one value, 2 given/],
  ['min(x) > 0', 0, 3, /min takes two or more values, 1 given/, /quantile/],
  ['quantile(x) > 0', 0, 8, /quantile takes a column and a share/],
  ['x > quantile(x, 2)', 16, 1, /from 0 to 1/],
  ['x > "a"', 4, 1, /"""? has no meaning|has no meaning/, /backticks/],
  ['constructor > 0', 0, 11, /no column "constructor"/],
  ['toString(x) > 0', 0, 8, /no function "toString"/],
  ['x constructor 1', 2, 11, /not expected here/],
  ['x > 0; process.exit()', 5, 1, /";" has no meaning/],
  ['__proto__ > 0', 0, 9, /no column/],
];

describe('A wrong expression', () => {
  for (const [text, position, length, reason, advice] of wrong) {
    it(`is refused where it is wrong: ${text || '(empty)'}`, () => {
      const error = checkExpression(text, columns);
      assert.ok(error instanceof ExpressionError);
      assert.match(error.reason, reason);
      assert.deepEqual([error.position, error.length], [position, length]);
      if (advice) assert.match(error.advice ?? '', advice);
      assert.ok(!error.message.includes('\n'), 'the message is one line');
    });
  }

  it('shows the place with a caret under it', () => {
    const error = checkExpression('x > 0 and pole_angel < 1', columns);
    assert.equal(error?.caret, '  x > 0 and pole_angel < 1\n            ^^^^^^^^^^');
    assert.match(error?.message ?? '', /at character 11/);
    assert.match(error?.sentence ?? '', /did you mean "pole_angle"\?\n {2}x > 0/);
  });

  it('shows a part of a long one', () => {
    const error = checkExpression(`${'x > 0 and '.repeat(50)}y > 0${' and x > 0'.repeat(50)}`, columns);
    const [line, carets] = (error?.caret ?? '').split('\n');
    assert.ok(line.length < 110);
    assert.equal(line[carets.indexOf('^')], 'y');
  });

  it('is refused when it is nested or long beyond reason, and does not overflow the stack', () => {
    assert.match(checkExpression(`${'('.repeat(1500)}x${')'.repeat(1500)} > 0`, columns)?.reason ?? '', /nested/);
    assert.match(checkExpression(`${'-'.repeat(3000)}x > 0`, columns)?.reason ?? '', /nested/);
    assert.match(checkExpression('x > 0 or '.repeat(1000), columns)?.reason ?? '', /4000 are the most/);
    assert.doesNotThrow(() => parseExpression('x>0 or '.repeat(500) + 'x>1', columns));
  });
});

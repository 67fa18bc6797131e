import assert from 'node:assert/strict';
import { moveWith, stillThere } from '../../../../src/extension/code/movedPlaces.js';
import type { CodePlace } from '../../../../src/source/index.js';

const code = ['class Net:', '  self.a = A()', '  self.b = B(); self.c = C()'];
/** Lines and columns from 1. */
const place = (text: string, line: number, column: number): CodePlace => ({
  ...{ line, column, endColumn: column + text.length, text, kind: 'definition' },
  ...{ layers: [text], tensors: [text], certainty: 'exact' },
});
const places = () => [place('a', 2, 8), place('b', 3, 8), place('c', 3, 22)];
const edit = (from: [number, number], to: [number, number], text: string) => {
  const [start, end] = [from, to].map(([line, character]) => ({ line, character }));
  return { range: { start, end }, text };
};
const where = (moved: CodePlace[]) => moved.map(({ line, column }) => [line, column]);

describe('places in code that is edited', () => {
  for (const [what, change, wanted, text] of [
    [
      'lines above',
      edit([0, 0], [0, 0], '# x\n# y\n'),
      [
        [4, 8],
        [5, 8],
        [5, 22],
      ],
      ['# x', '# y', ...code],
    ],
    [
      'a line that goes',
      edit([1, 0], [2, 0], ''),
      [
        [2, 8],
        [2, 8],
        [2, 22],
      ],
      [code[0], code[2]],
    ],
    [
      'text before on the line',
      edit([2, 2], [2, 2], '(x) '),
      [
        [2, 8],
        [3, 12],
        [3, 26],
      ],
      [code[0], code[1], '  (x) self.b = B(); self.c = C()'],
    ],
    [
      'text between on the line',
      edit([2, 11], [2, 14], 'Block()'),
      [
        [2, 8],
        [3, 8],
        [3, 26],
      ],
      [code[0], code[1], '  self.b = Block(); self.c = C()'],
    ],
    [
      'a break in the line',
      edit([2, 15], [2, 16], '\n  '),
      [
        [2, 8],
        [3, 8],
        [4, 8],
      ],
      [code[0], code[1], '  self.b = B();', '  self.c = C()'],
    ],
  ] as const)
    // prettier-ignore
    it(`move with ${what}`, () => {
      const moved = places();
      moveWith(moved, [change]);
      assert.deepEqual(where(moved), wanted);
      assert.ok(stillThere(moved, text.join('\n')));
    });

  it('are gone when their text is', () => {
    assert.ok(stillThere(places(), code.join('\n')));
    assert.ok(!stillThere(places(), '\n\n'));
  });

  it('of another cell stay', () => {
    const moved = places().map((of) => ({ ...of, cell: 2 }));
    moveWith(moved, [edit([0, 0], [0, 0], '\n')], 1);
    assert.deepEqual(where(moved), where(places()));
  });
});

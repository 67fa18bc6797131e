import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Formula } from '../../src/shared/results.js';
import { formulaTokens, labelTokens, longestFirst, pieces, type Token } from '../../src/webview/text/formulaTokens.js';

const atom = (concept: string): Formula => ({ op: 'atom', concept });
const and = (left: Formula, right: Formula): Formula => ({ op: 'and', left, right });
const or = (left: Formula, right: Formula): Formula => ({ op: 'or', left, right });
const not = (of: Formula): Formula => ({ op: 'not', of });

const words = (tokens: Token[] | null) => tokens?.map(({ text }) => text) ?? null;

describe('formulas as tokens', () => {
  it('puts brackets where operators meet, and nowhere else', () => {
    assert.deepEqual(words(formulaTokens(and(or(atom('sky'), atom('water')), not(atom('boat'))))), [
      '(', 'sky', 'OR', 'water', ')', 'AND', 'NOT', 'boat',
    ]); // prettier-ignore
    assert.deepEqual(words(formulaTokens(or(or(atom('a'), atom('b')), atom('c')))), ['a', 'OR', 'b', 'OR', 'c']);
    assert.deepEqual(words(formulaTokens(not(or(atom('a'), atom('b'))))), ['NOT', '(', 'a', 'OR', 'b', ')']);
  });

  it('reads a label back, also where concepts hold operators and brackets', () => {
    const concepts = longestFirst(['sky', 'sky (at dusk)', 'this OR that', 'NOT', 'angle > 0.1']);
    assert.deepEqual(words(labelTokens('sky (at dusk) AND NOT this OR that', concepts)), [
      'sky (at dusk)', 'AND', 'NOT', 'this OR that',
    ]); // prettier-ignore
    assert.deepEqual(words(labelTokens('(angle > 0.1 OR sky) AND sky', concepts)), [
      '(', 'angle > 0.1', 'OR', 'sky', ')', 'AND', 'sky',
    ]); // prettier-ignore
  });

  it('does not guess at a label with a concept that it does not know', () => {
    assert.equal(labelTokens('sky AND tree', ['sky']), null);
    assert.equal(labelTokens('skyline', ['sky']), null);
    assert.equal(labelTokens('', ['sky']), null);
  });

  it('keeps operators and brackets with the concept that follows', () => {
    const tokens = formulaTokens(and(or(atom('sky'), atom('water')), not(atom('boat'))));
    assert.deepEqual(
      pieces(tokens).map((piece) => piece.map(({ text }) => text)),
      [
        ['(', 'sky'],
        ['OR', 'water', ')'],
        ['AND NOT', 'boat'],
      ],
    );
  });

  it('what is written is read back the same', () => {
    const names = ['sky', 'deep water', 'pole_angle > 0.1', 'a/b'];
    const formula: fc.Arbitrary<Formula> = fc.letrec<{ formula: Formula }>((tie) => ({
      formula: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...names).map(atom),
        tie('formula').map(not),
        fc.tuple(tie('formula'), tie('formula')).map(([left, right]) => and(left, right)),
        fc.tuple(tie('formula'), tie('formula')).map(([left, right]) => or(left, right)),
      ),
    })).formula;
    fc.assert(
      fc.property(formula, (of) => {
        const tokens = formulaTokens(of);
        const text = words(tokens)!.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
        assert.deepEqual(labelTokens(text, longestFirst(names)), tokens);
      }),
    );
  });
});

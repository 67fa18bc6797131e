import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Inputs, Rule } from '../rule.js';
import { textAttribute } from './attributes.js';

/**
 * Einstein summation: what arrives at an operand is the summation of the gradient with the other operands, to that
 * operand's letters; letters that only it has were summed over, so the same arrives all along them.
 */
export const einsum: Rule = {
  backward(at) {
    const { g, node } = at;
    const { operands, result, identities } = lettersOf(at);
    const sizes = new Map<string, number>();
    operands.forEach((letters, i) =>
      [...letters].forEach((letter, axis) =>
        sizes.set(letter, Math.max(sizes.get(letter) ?? 1, at.inputDims(i)[axis])),
      ),
    );
    return node.inputs.map((_, i): Value | null => {
      if (!at.wants(i)) return null;
      const others = [
        ...operands.flatMap((letters, other) => (other === i ? [] : [{ letters, value: at.input(other) }])),
        ...identities.map((letters) => ({ letters, value: identity(g, sizes.get(letters[0])!) })),
      ];
      const known = new Set([result, ...others.map(({ letters }) => letters)].join(''));
      const reached = [...operands[i]].filter((letter) => known.has(letter));
      const equation = `${[result, ...others.map(({ letters }) => letters)].join(',')}->${reached.join('')}`;
      const values = [at.gradient, ...others.map(({ value }) => value)];
      const dims = reached.map((letter) => sizes.get(letter)!);
      const made = g.op('Einsum', values, { equation }, { dims });
      const apart = g.reshape(
        made,
        [...operands[i]].map((letter) => (known.has(letter) ? sizes.get(letter)! : 1)),
      );
      const whole = [...operands[i]].map((letter) => sizes.get(letter)!);
      const repeated = reached.length === operands[i].length ? apart : g.op('Expand', [apart, g.ints(whole)]);
      return g.unbroadcast(repeated, at.inputDims(i));
    });
  },
};

/** The equation with a letter for every axis: those of an ellipsis are capitals that nobody else uses. */
function lettersOf(at: Inputs): { operands: string[]; result: string; identities: string[] } {
  const equation = textAttribute(at.node, 'equation', '').replace(/\s/g, '');
  const [left, right] = equation.split('->');
  const free = [...'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba'].filter(
    (letter) => !equation.includes(letter),
  );
  const covered = left.split(',').map((term, i) => at.inputDims(i).length - term.replace('...', '').length);
  const most = Math.max(0, ...left.split(',').map((term, i) => (term.includes('...') ? covered[i] : 0)));
  const ellipsis = free.slice(0, most).join('');
  const operands = left
    .split(',')
    .map((term, i) => term.replace('...', ellipsis.slice(ellipsis.length - covered[i], ellipsis.length)));
  const all = [...operands.join('')].filter((letter) => !ellipsis.includes(letter));
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  const stated = right === undefined ? ellipsis + once.join('') : right.replace('...', ellipsis);
  return { ...withoutDiagonals(operands, free.slice(most)), result: stated };
}

/** A diagonal x_ii is Σ_j x_ij δ_ij: each operand's letters are all different, with identities beside them. */
function withoutDiagonals(operands: readonly string[], free: string[]): { operands: string[]; identities: string[] } {
  const identities: string[] = [];
  const apart = operands.map((letters) =>
    [...letters]
      .map((letter, axis) => {
        if (letters.indexOf(letter) === axis) return letter;
        const other = free.shift()!;
        identities.push(letter + other);
        return other;
      })
      .join(''),
  );
  return { operands: apart, identities };
}

const identity = (g: GraphBuilder, size: number): Value =>
  g.floats(
    Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
    [size, size],
  );

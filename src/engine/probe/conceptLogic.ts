import {
  bitsetWords,
  placesOf,
  wholeSamples,
  type Concept,
  type ConceptSet,
  type PlaceMask,
} from '../concept/index.js';
import { ExpressionError, parseExpression, type Expression } from '../concept/expression/index.js';

/** Masks over samples and over places, as a concept has them; null where it says nothing of that kind. */
export type Masks = Pick<Concept, 'ofSamples' | 'ofPositions'>;

/**
 * Reads an expression over concepts: their names (in backticks where they hold spaces), `and`, `or`, `not`, parentheses.
 *
 * @throws ExpressionError with the position
 */
export function parseLogic(text: string, names: readonly string[]): Expression {
  let expression: Expression;
  try {
    expression = parseExpression(text, names);
  } catch (error) {
    // The parser speaks of columns, which concepts are here.
    if (!(error instanceof ExpressionError)) throw error;
    const { position, length, reason, advice } = error;
    throw new ExpressionError(
      text,
      position,
      length,
      inWords(reason),
      advice === undefined ? undefined : inWords(advice),
    );
  }
  if (!isLogic(expression)) {
    throw new ExpressionError(
      text,
      0,
      text.length,
      'concepts are joined by and, or, not alone',
      'write sky and not boat',
    );
  }
  return expression;
}

const inWords = (text: string): string =>
  text.replace('write a column, a number or', 'write a concept or').replace(/\bcolumn(s?)\b/g, 'concept$1');

const isLogic = (part: Expression): boolean =>
  part.kind === 'column' ||
  (part.kind === 'not' && isLogic(part.of)) ||
  ((part.kind === 'and' || part.kind === 'or') && isLogic(part.left) && isLogic(part.right));

/**
 * Where an expression over concepts holds. Over samples alone where all of its concepts are of whole samples; where one is of
 * places, over places, of which a whole sample's concept covers all.
 */
export function evaluateLogic(
  expression: Expression,
  { samples, height, width }: Pick<ConceptSet, 'samples' | 'height' | 'width'>,
  masksOf: (name: string) => Masks,
): Masks {
  const names = namesIn(expression);
  const isOfSamples = names.every((name) => masksOf(name).ofSamples !== null);
  const isOfPlaces = names.some((name) => masksOf(name).ofPositions !== null);
  const places = height * width;
  const masks: Masks = { ofSamples: null, ofPositions: null };
  if (isOfSamples)
    masks.ofSamples = within(
      evaluated(expression, (name) => masksOf(name).ofSamples!),
      samples,
    );
  if (isOfPlaces) {
    const parts = names.map((name): [string, PlaceMask] => {
      const { ofPositions, ofSamples } = masksOf(name);
      return [name, ofPositions ?? wholeSamples(places, ofSamples!)];
    });
    masks.ofPositions = joined(expression, parts, places);
  }
  return masks;
}

function evaluated(part: Expression, maskOf: (name: string) => Uint32Array): Uint32Array {
  switch (part.kind) {
    case 'column':
      return maskOf(part.name);
    case 'not':
      return evaluated(part.of, maskOf).map((word) => ~word);
    case 'and':
    case 'or': {
      const left = evaluated(part.left, maskOf);
      const right = evaluated(part.right, maskOf);
      return left.map((word, i) => (part.kind === 'and' ? word & right[i] : word | right[i]));
    }
    default:
      throw new Error(`"${part.kind}" is no logic`);
  }
}

/** The concepts that an expression over concepts names, each once. */
export function namesIn(part: Expression): string[] {
  if (part.kind === 'column') return [part.name];
  if (part.kind === 'not') return namesIn(part.of);
  if (part.kind === 'and' || part.kind === 'or') return [...new Set([...namesIn(part.left), ...namesIn(part.right)])];
  return [];
}

/** What is joined of places is worked out sample by sample, when it is read. */
const joined = (expression: Expression, parts: readonly [string, PlaceMask][], places: number): PlaceMask => ({
  bytes: 0,
  mark(sample, bits) {
    const given = new Map(parts.map(([name, mask]) => [name, placesOf(mask, sample, places)]));
    const holds = within(
      evaluated(expression, (name) => given.get(name)!),
      places,
    );
    holds.forEach((word, w) => (bits[w] |= word));
    return holds.some((word) => word !== 0);
  },
});

/** A copy without the bits past the last, which NOT sets too. */
function within(mask: Uint32Array, bits: number): Uint32Array {
  const out = mask.slice(0, bitsetWords(bits));
  if (bits % 32 !== 0) out[out.length - 1] &= 2 ** (bits % 32) - 1;
  return out;
}

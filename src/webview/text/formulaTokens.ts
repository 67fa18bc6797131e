import type { Formula } from '../../shared/results.js';

export interface Token {
  kind: 'concept' | 'operator' | 'bracket';
  text: string;
}

/** Tokens that stay together on a line: the operators before a concept, its brackets, the concept. */
export type Piece = Token[];

/** A formula as words: `(sky OR water) AND NOT boat`. Brackets stand wherever two operators meet. */
export function formulaTokens(formula: Formula): Token[] {
  switch (formula.op) {
    case 'atom':
      return [{ kind: 'concept', text: formula.concept }];
    case 'not':
      return [operator('NOT'), ...inBrackets(formula.of, formula.of.op === 'and' || formula.of.op === 'or')];
    default: {
      const side = (of: Formula) => inBrackets(of, (of.op === 'and' || of.op === 'or') && of.op !== formula.op);
      return [...side(formula.left), operator(formula.op.toUpperCase()), ...side(formula.right)];
    }
  }
}

function inBrackets(formula: Formula, wanted: boolean): Token[] {
  const tokens = formulaTokens(formula);
  return wanted ? [bracket('('), ...tokens, bracket(')')] : tokens;
}

const operator = (text: string): Token => ({ kind: 'operator', text });
const bracket = (text: string): Token => ({ kind: 'bracket', text });

/**
 * The same of a label that comes as text. Concepts may hold any character, `OR` and brackets too, so they are recognised
 * by the probe set's list, the longest first; null where the text cannot be read that way.
 *
 * @param concepts longest first (`longestFirst`)
 */
export function labelTokens(label: string, concepts: readonly string[]): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < label.length) {
    const rest = label.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const concept = concepts.find((name) => name !== '' && rest.startsWith(name) && endsWord(rest, name.length));
    const word = /^(AND|OR|NOT)(?=[\s(])/.exec(rest);
    if (concept !== undefined) tokens.push({ kind: 'concept', text: concept });
    else if (word) tokens.push(operator(word[1]));
    else if (rest[0] === '(' || rest[0] === ')') tokens.push(bracket(rest[0]));
    else return null;
    at += tokens[tokens.length - 1].text.length;
  }
  return tokens.some((token) => token.kind === 'concept') ? tokens : null;
}

function endsWord(text: string, length: number): boolean {
  return length === text.length || text[length] === ' ' || text[length] === ')';
}

export function longestFirst(concepts: readonly string[]): string[] {
  return [...concepts].sort((a, b) => b.length - a.length);
}

/** Groups tokens so that a line never ends with an operator or an opening bracket; `AND`, `NOT` become `AND NOT`. */
export function pieces(tokens: readonly Token[]): Piece[] {
  const groups: Piece[] = [];
  let open: Piece = [];
  let hasConcept = false;
  for (const token of tokens) {
    const opens = token.kind !== 'concept' && token.text !== ')';
    if (opens && hasConcept) {
      groups.push(open);
      open = [];
      hasConcept = false;
    }
    const last = open[open.length - 1];
    if (token.kind === 'operator' && last?.kind === 'operator')
      open[open.length - 1] = operator(`${last.text} ${token.text}`);
    else open.push(token);
    hasConcept ||= token.kind === 'concept';
  }
  if (open.length > 0) groups.push(open);
  return groups;
}

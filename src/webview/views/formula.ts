import { html, type TemplateResult } from 'lit';
import type { Formula } from '../../shared/results.js';
import { formulaTokens, labelTokens, pieces, type Token } from '../text/formulaTokens.js';
import { visible } from '../text/names.js';

/** A formula as tokens: concepts as chips, operators small between them. */
export function formula(of: Formula): TemplateResult {
  return tokens(formulaTokens(of));
}

/**
 * A label of which only the text is known.
 * @param concepts the probe set's, longest first
 */
export function labelText(label: string, concepts: readonly string[]): TemplateResult {
  const read = labelTokens(label, concepts);
  return read ? tokens(read) : html`<bdi>${visible(label)}</bdi>`;
}

function tokens(of: Token[]): TemplateResult {
  return html`<span class="formula"
    >${pieces(of).map((piece) => html`<span class="piece">${piece.map(token)}</span> `)}</span
  >`;
}

function token({ kind, text }: Token): TemplateResult {
  if (kind === 'concept') return html`<bdi class="chip" title=${visible(text)}>${visible(text)}</bdi>`;
  return html`<span class=${kind}>${text}</span>`;
}

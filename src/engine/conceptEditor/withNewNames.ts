import type { ConceptDraft } from '../../shared/concepts.js';
import { columnText, tokenize } from '../concept/expression/index.js';

/** The draft, in which derived concepts call renamed ones by their new names. */
export function withNewNames(draft: readonly ConceptDraft[]): ConceptDraft[] {
  const now = new Set(draft.map(({ name }) => name));
  const renamed = new Map(
    // A name that another concept has taken over is that one's.
    draft.flatMap(({ key, name }) => (key !== null && key !== name && !now.has(key) ? [[key, name] as const] : [])),
  );
  if (renamed.size === 0) return [...draft];
  return draft.map((one) =>
    one.form === 'derived' && one.text !== null ? { ...one, text: renamedIn(one.text, renamed) } : one,
  );
}

/** An expression over concepts with some of them called otherwise; what can't be read stays as it is. */
function renamedIn(text: string, names: ReadonlyMap<string, string>): string {
  let tokens;
  try {
    tokens = tokenize(text);
  } catch {
    return text;
  }
  let out = '';
  let at = 0;
  for (const token of tokens) {
    const name = token.kind === 'name' ? names.get(token.text) : undefined;
    const isWord = !token.quoted && ['and', 'or', 'not'].includes(token.text);
    if (name === undefined || isWord) continue;
    out += text.slice(at, token.position) + (columnText(name) ?? name);
    at = token.position + token.length;
  }
  return out + text.slice(at);
}

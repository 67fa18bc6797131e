import type { ConceptDraft, ConceptForm, ConceptList } from '../../shared/concepts.js';

/** The list as a draft that changes nothing. */
export const draftOf = ({ concepts }: ConceptList): ConceptDraft[] =>
  concepts.map(({ key, name, form, text, removed }) => ({ key, name, form, text, removed }));

/** What a draft changes, in words: `2 added, 1 renamed`; empty where it changes nothing. */
export function changesIn(list: ConceptList, draft: readonly ConceptDraft[]): string {
  const before = new Map(list.concepts.map((one) => [one.key, one]));
  const counts = { added: 0, renamed: 0, changed: 0, removed: 0, restored: 0 };
  for (const one of draft) {
    const own = one.key === null ? undefined : before.get(one.key);
    if (!own) {
      if (!one.removed) counts.added++;
      continue;
    }
    if (one.removed && !own.removed) counts.removed++;
    if (!one.removed && own.removed) counts.restored++;
    if (one.name !== own.name) counts.renamed++;
    if (one.text !== own.text) counts.changed++;
  }
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

/** A name that no concept has yet: `new concept`, `new concept 2`. */
export function freeName(draft: readonly ConceptDraft[], name = 'new concept'): string {
  const taken = new Set(draft.map((one) => one.name));
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name} ${number}`;
    if (!taken.has(free)) return free;
  }
}

/** Why a name can't be: null where it can. */
export function nameProblem(draft: readonly ConceptDraft[], at: number): string | null {
  const { name } = draft[at];
  if (name.trim() === '') return 'It has no name.';
  if (name.includes('`')) return 'Backticks stand around names in expressions.';
  const other = draft.findIndex((one, i) => i !== at && one.name === name && !(one.removed && one.form !== 'measured'));
  return other >= 0 ? 'Another concept has this name.' : null;
}

/** A concept's name as it stands in an expression. */
export const written = (name: string): string =>
  /^[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u.test(name) && !['and', 'or', 'not'].includes(name) ? name : `\`${name}\``;

export const formWords: Record<ConceptForm, string> = {
  expression: 'over columns',
  derived: 'over concepts',
  measured: 'from the data',
};

/** Drafts that were before and after this one. Changes of one field of one concept in a row are one step. */
export class DraftHistory {
  #past: ConceptDraft[][] = [];
  #future: ConceptDraft[][] = [];
  #field = '';

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** @param field what is changed; empty: a step of its own */
  push(before: ConceptDraft[], field: string): void {
    if (field === '' || field !== this.#field) this.#past.push(before);
    if (this.#past.length > 200) this.#past.shift();
    this.#field = field;
    this.#future = [];
  }

  undo(now: ConceptDraft[]): ConceptDraft[] {
    this.#field = '';
    const before = this.#past.pop();
    if (!before) return now;
    this.#future.push(now);
    return before;
  }

  redo(now: ConceptDraft[]): ConceptDraft[] {
    this.#field = '';
    const after = this.#future.pop();
    if (!after) return now;
    this.#past.push(now);
    return after;
  }

  clear(): void {
    this.#past = [];
    this.#future = [];
    this.#field = '';
  }
}

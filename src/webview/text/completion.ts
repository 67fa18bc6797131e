/** What can stand next in an expression: names as they are written there, functions, words. */
export interface Completion {
  text: string;
  kind: 'name' | 'function' | 'word';
}

/** The word that ends at a place: what would be replaced. */
export function wordBefore(text: string, at: number): string {
  const before = text.slice(0, at);
  // Backticks open and close: an odd number of them is a name that is being written.
  const opened = before.lastIndexOf('`');
  if (opened >= 0 && before.split('`').length % 2 === 0) return before.slice(opened);
  return /[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u.exec(before)?.[0] ?? '';
}

const most = 12;

/** Those that begin as the word does, then those that hold it; none where it is whole already or nothing is written. */
export function completions(word: string, all: readonly Completion[]): Completion[] {
  const plain = (text: string): string => text.replaceAll('`', '').toLowerCase();
  const wanted = plain(word);
  if (wanted === '' && word !== '`') return [];
  const fits = all.filter(({ text }) => plain(text).includes(wanted) && text !== word);
  const first = fits.filter(({ text }) => plain(text).startsWith(wanted));
  return [...first, ...fits.filter((one) => !first.includes(one))].slice(0, most);
}

/** The text with a word completed, and where the caret then stands: inside the parentheses of a function. */
export function completed(text: string, at: number, chosen: Completion): { text: string; at: number } {
  const start = at - wordBefore(text, at).length;
  const put = chosen.kind === 'function' ? `${chosen.text}(` : chosen.text;
  return { text: text.slice(0, start) + put + text.slice(at), at: start + put.length };
}

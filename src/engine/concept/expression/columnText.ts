const plain = /^[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u;
const words = new Set(['and', 'or', 'not']);

/** A column's name as it stands in an expression: in backticks where it must; null where it holds one itself. */
export function columnText(name: string): string | null {
  if (plain.test(name) && !words.has(name)) return name;
  return name === '' || name.includes('`') ? null : `\`${name}\``;
}

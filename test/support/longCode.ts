/**
 * A file of at least so many lines: its classes and functions are followed by copies of them under other names, as in a file
 * that has grown; the imports before them and what stands behind the last one are there once.
 */
export function longCode(code: string, lines: number): string {
  const starts = [...code.matchAll(/^(?:class|def) (\w+)/gm)];
  const from = starts[0].index;
  const last = starts[starts.length - 1].index;
  const to = last + code.slice(last).search(/(?<=\n)[^\s#cd]/);
  const definitions = code.slice(from, to);
  const renamed = new RegExp(`\\b(${starts.map(([, name]) => name).join('|')})\\b`, 'g');
  const copies = Math.ceil(lines / (definitions.split('\n').length - 1));
  return [
    code.slice(0, to),
    ...Array.from({ length: copies }, (_, i) => definitions.replace(renamed, `$1_${i}`)),
    code.slice(to),
  ].join('');
}

/** Code of at least so many lines: its classes and functions again and again under other names, the first as they are. */
export function longCode(code: string, lines: number): string {
  const names = [...code.matchAll(/^(?:class|def) (\w+)/gm)].map(([, name]) => name);
  const each = code.split('\n').length;
  const copies = [code];
  for (let i = 0; copies.length * (each - 1) < lines; i++)
    copies.push(code.replace(new RegExp(`\\b(${names.join('|')})\\b`, 'g'), `$1_${i}`));
  return copies.join('\n');
}

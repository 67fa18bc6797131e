/**
 * A name from a file as it may be shown: control characters by their Unicode pictures (␀ … ␟, ␡), characters that turn
 * the direction of writing or take no room by their number. The caller still isolates it (`<bdi>`).
 */
export function visible(name: string): string {
  let shown = '';
  for (const character of name) {
    const code = character.codePointAt(0)!;
    if (code < 0x20) shown += String.fromCodePoint(0x2400 + code);
    else if (code === 0x7f) shown += '\u2421';
    else if (isInvisible(code)) shown += `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
    else shown += character;
  }
  return shown;
}

function isInvisible(code: number): boolean {
  return (
    (code >= 0x80 && code < 0xa0) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x061c ||
    code === 0xfeff
  );
}

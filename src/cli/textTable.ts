/** Aligned columns under a header; the named columns are aligned to the right. Columns that are empty throughout are left out. */
export function textTable(header: string[], rows: string[][], right: string[] = []): string {
  const columns = header.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''));
  const widths = columns.map((column) =>
    Math.max(displayWidth(header[column]), ...rows.map((row) => displayWidth(row[column]))),
  );
  const line = (row: string[]) =>
    columns
      .map((column, i) => {
        const padding = ' '.repeat(widths[i] - displayWidth(row[column]));
        return right.includes(header[column]) ? padding + row[column] : row[column] + padding;
      })
      .join('  ')
      .trimEnd() + '\n';
  return line(header) + columns.map((_, i) => '─'.repeat(widths[i])).join('  ') + '\n' + rows.map(line).join('');
}

/** Cells of a terminal: combining marks take none, East Asian wide characters two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

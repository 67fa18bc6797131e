import type { CodePlace } from '../../source/index.js';

/** As VS Code tells of it; lines and characters from 0. */
export interface Edit {
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  text: string;
}

/** Moves places along with edits, until the text is looked at again. Those inside what was replaced stay, and are not found by their text. */
export function moveWith(places: readonly CodePlace[], changes: readonly Edit[], cell?: number): void {
  for (const { range, text } of changes) {
    const inserted = text.split('\n');
    const lines = inserted.length - 1 - (range.end.line - range.start.line);
    for (const place of places) {
      if (place.cell !== cell) continue;
      const line = place.line - 1;
      if (line === range.end.line && place.column - 1 >= range.end.character) {
        const before = inserted.length > 1 ? 0 : range.start.character;
        const by = before + inserted[inserted.length - 1].length - range.end.character;
        place.column += by;
        place.endColumn += by;
        place.line += lines;
      } else if (line > range.end.line) place.line += lines;
    }
  }
}

/** Whether at least half of the places have moved along with the text's edits. */
export function stillThere(places: readonly CodePlace[], text: string): boolean {
  const lines = text.split(/\r?\n/);
  const found = places.filter(
    (place) => lines[place.line - 1]?.slice(place.column - 1, place.endColumn - 1) === place.text,
  );
  return found.length * 2 >= places.length;
}

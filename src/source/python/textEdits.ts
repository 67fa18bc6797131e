/** Replaces `remove` units of a text at an offset. */
export interface TextEdit {
  at: number;
  remove: number;
  insert: string;
}

/** A text after its edits, and where its offsets were before. */
export interface EditedText {
  text: string;
  /** Of what begins at an offset. */
  startBefore: (offset: number) => number;
  /** Of what ends at an offset. */
  endBefore: (offset: number) => number;
}

/** @param edits must not overlap */
export function withEdits(text: string, edits: readonly TextEdit[]): EditedText {
  const parts: string[] = [];
  /** Where a stretch of the old text, or what replaces one, begins in the new text, and the part of the old one that it is. */
  const stretches: { from: number; was: number; until: number; isNew: boolean }[] = [];
  let was = 0;
  let from = 0;
  const push = (part: string, until: number, isNew: boolean) => {
    if (part !== '') {
      stretches.push({ from, was, until, isNew });
      parts.push(part);
      from += part.length;
    }
    was = until;
  };
  for (const { at, remove, insert } of [...edits].sort((a, b) => a.at - b.at)) {
    push(text.slice(was, at), at, false);
    push(insert, at + remove, true);
  }
  push(text.slice(was), text.length, false);
  const stretchAt = (offset: number) => {
    let low = 0;
    for (let high = stretches.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (stretches[middle].from <= offset) low = middle;
      else high = middle;
    }
    return stretches[low] ?? { from: 0, was: 0, until: text.length, isNew: false };
  };
  return {
    text: parts.join(''),
    startBefore(offset) {
      const stretch = stretchAt(offset);
      if (!stretch.isNew) return stretch.was + offset - stretch.from;
      return offset === stretch.from ? stretch.was : stretch.until;
    },
    endBefore(offset) {
      const stretch = stretchAt(Math.max(0, offset - 1));
      return stretch.isNew ? stretch.until : stretch.was + offset - stretch.from;
    },
  };
}

/**
 * The one part in which two texts differ, so that an editor keeps its caret, its folds and the marks outside of it.
 *
 * @param crlf whether lines of `before` end with CR LF; those of `after` are then made to
 * @returns what replaces before[start, end)
 */
export function changedPart(before: string, after: string, crlf = false): { start: number; end: number; text: string } {
  const wanted = crlf ? after.replace(/\r?\n/g, '\r\n') : after.replaceAll('\r\n', '\n');
  const most = Math.min(before.length, wanted.length);
  let start = 0;
  while (start < most && before[start] === wanted[start]) start++;
  let same = 0;
  while (same < most - start && before[before.length - 1 - same] === wanted[wanted.length - 1 - same]) same++;
  if (isInside(before, start) || isInside(wanted, start)) start--;
  if (isInside(before, before.length - same) || isInside(wanted, wanted.length - same)) same--;
  return { start, end: before.length - same, text: wanted.slice(start, wanted.length - same) };
}

/** Within the end of a line, CR LF, and within a character of two units an editor has no place. */
const isInside = (text: string, at: number): boolean =>
  /^(\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/.test(text.slice(Math.max(0, at - 1), at + 1));

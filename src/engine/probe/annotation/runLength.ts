/** Why an annotation can't be used; the reader counts it, and names the first of its kind. */
export class AnnotationError extends Error {}

/**
 * Run lengths of a COCO mask as text: numbers of 5 bits a character, lowest first, in `0` to `o`; bit 5 says that more
 * follows, bit 4 of the last is the sign. From the fourth number on it is the difference to the one two places before.
 * https://github.com/cocodataset/cocoapi (the format; its reader is not used)
 */
export function runsOfText(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const bits = text.charCodeAt(at++) - 48;
      if (!(bits >= 0 && bits < 64)) throw new AnnotationError('its run lengths are no COCO text');
      value += (bits & 31) * 2 ** shift;
      if (bits & 32) {
        if (shift > 40) throw new AnnotationError('its run lengths are no COCO text');
        continue;
      }
      if (bits & 16) value -= 2 ** (shift + 5);
      break;
    }
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  return runs;
}

/**
 * A mask from its run lengths: column after column, runs of 0 and 1 in turn, 0 first.
 *
 * @returns width × height bytes, the pixel at (x, y) at x × height + y
 * @throws AnnotationError where the runs are not as long as the picture
 */
export function maskOfRuns(runs: readonly number[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((run, i) => {
    if (!(Number.isInteger(run) && run >= 0 && at + run <= mask.length)) {
      throw new AnnotationError(`its run lengths do not add up to ${width} × ${height} pixels`);
    }
    if (i % 2 === 1) mask.fill(1, at, at + run);
    at += run;
  });
  if (at !== mask.length) throw new AnnotationError(`its run lengths do not add up to ${width} × ${height} pixels`);
  return mask;
}

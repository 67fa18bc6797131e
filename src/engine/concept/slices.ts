/**
 * Work that stops every few milliseconds, so that whoever drives it can look up: whether it is still wanted, and what else is due.
 * Where it stops changes nothing in what it finds.
 */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Steps (additions, or about as much) in a slice: some milliseconds. */
export const sliceSteps = 2e6;

/** Does the work without a stop. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Does the work slice by slice, `between` two of them whatever is due. What that throws ends the work. */
export async function inSlices<T>(work: Sliced<T>, between: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await between();
  }
}

const ends = [0.1, 0.2, 0.5, 1] as const;

/** Where a layer's IoU bars end. */
export type IouEnd = (typeof ends)[number];

/**
 * The smallest round end that holds all of these: on pictures an IoU of 0.1 is a good one, and bars from 0 to 1 would be
 * stubs that look alike. One end for a layer, so that its bars compare.
 *
 * @param values IoUs and chance floors in [0, 1]; what is no number does not count
 */
export function iouEnd(values: Iterable<number>): IouEnd {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  // As the rows hold them, in single precision: an IoU of 0.1 fits bars that end at 0.1.
  return ends.find((end) => Math.fround(largest) <= Math.fround(end)) ?? 1;
}

/** 8-bit picture at the masks' size: row-major, channels interleaved; 1 channel is grey. */
export interface MeasuredPicture {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/** A family of concepts that are computed from the pixels alone. */
export interface Measurer {
  category: string;
  names: readonly string[];
  /** Concept of a picture as a whole: it covers at least this share of the picture. Null: a concept of places only. */
  wholeShare: number | null;
  /** Calls `mark` with the concept's index in `names` and the row-major position, for every position at which it holds. */
  measure(picture: MeasuredPicture, mark: (concept: number, position: number) => void): void;
}

/** A quarter of the picture: enough for "a dark picture", too much for what only lines cover. */
export const quarter = 0.25;

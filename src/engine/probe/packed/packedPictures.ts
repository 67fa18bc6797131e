import type { Raster } from '../image/raster.js';

/** Pictures of one size in one file. */
export interface PackedPictures {
  count: number;
  width: number;
  height: number;
  raster(index: number): Promise<Raster>;
  /** The class of each, in words; null where nothing says it. */
  classes: readonly string[] | null;
  /** How the file was understood, one sentence each. */
  notes: string[];
  /** Files that decide what the pictures and classes are. */
  files: string[];
}

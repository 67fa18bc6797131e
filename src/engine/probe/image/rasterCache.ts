import type { Raster } from './raster.js';

/** Keeps the rasters that were used last, up to a number of bytes. */
export function rasterCache(bytes: number): {
  get(key: number): Raster | undefined;
  set(key: number, raster: Raster): void;
} {
  // A Map goes through its keys in the order in which they were put in.
  const kept = new Map<number, Raster>();
  let held = 0;
  return {
    get(key) {
      const raster = kept.get(key);
      if (raster) {
        kept.delete(key);
        kept.set(key, raster);
      }
      return raster;
    },
    set(key, raster) {
      if (kept.has(key)) return;
      kept.set(key, raster);
      held += raster.data.length;
      for (const [oldest, { data }] of kept) {
        if (held <= bytes) break;
        kept.delete(oldest);
        held -= data.length;
      }
    },
  };
}

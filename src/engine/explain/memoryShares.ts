/** How the ceiling on resident memory is shared out, in bytes. Masks, the model and its runs need the rest. */
export interface MemoryShares {
  /** Outputs of one run over one sample: held up to three times at once (as they come, rearranged, and for comparison). */
  sample: number;
  /** Activations kept between two passes. */
  kept: number;
  /** What all reducers of one pass hold together. */
  reducers: number;
}

/** @param ceiling on the process's resident memory, in MB */
export function memoryShares(ceiling: number): MemoryShares {
  const bytes = ceiling * 2 ** 20;
  return { sample: bytes / 32, kept: bytes / 4, reducers: bytes / 4 };
}

/** How the ceiling on resident memory is shared out, in bytes. Masks, the model and its runs need the rest. */
export interface MemoryShares {
  /** Outputs of one run over one sample: held up to three times at once (as they come, rearranged, and for comparison). */
  sample: number;
  /** Outputs of one run over several samples, likewise. */
  batch: number;
  /** Activations kept between two passes. */
  kept: number;
  /** What all reducers of one pass hold together. */
  reducers: number;
}

/** Outputs of more than this together are not faster on a CPU. */
const mostBatchBytes = 64 * 2 ** 20;
/** What the process takes before it explains anything: Node, ONNX Runtime, decoded pictures. */
const baseline = 192 * 2 ** 20;

/** @param ceiling on the process's resident memory, in MB */
export function memoryShares(ceiling: number): MemoryShares {
  const all = ceiling * 2 ** 20;
  const bytes = Math.max(all - baseline, all / 4);
  return { sample: bytes / 16, batch: Math.min(bytes / 32, mostBatchBytes), kept: bytes / 4, reducers: bytes / 4 };
}

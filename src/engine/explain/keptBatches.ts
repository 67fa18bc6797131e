import type { ActivationBatch } from '../runtime/tensor.js';

/**
 * Activations that one pass saw, for the next one: statistics need two passes, and small models spend more on running
 * than on measuring. A layer is kept as a whole or not at all, and all layers together stay within `bytes`.
 */
export class KeptBatches {
  readonly #bytes: number;
  readonly #complete = new Map<string, ActivationBatch[]>();
  readonly #filling = new Map<string, ActivationBatch[]>();
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The layer's batches in the order of samples, where all of them are kept. */
  of(layer: string): readonly ActivationBatch[] | null {
    return this.#complete.get(layer) ?? null;
  }

  /** Says that a pass over this layer begins: what `add` gets from now on is the whole of it. */
  begin(layer: string): void {
    this.drop(layer);
    this.#filling.set(layer, []);
  }

  add(layer: string, batch: ActivationBatch): void {
    const batches = this.#filling.get(layer);
    if (!batches) return;
    this.#used += batch.values.byteLength;
    batches.push(batch);
    if (this.#used > this.#bytes) this.drop(layer);
  }

  /** Says that the pass has seen every sample. */
  end(layer: string): void {
    const batches = this.#filling.get(layer);
    if (!batches) return;
    this.#filling.delete(layer);
    this.#complete.set(layer, batches);
  }

  drop(layer: string): void {
    for (const { values } of this.#filling.get(layer) ?? this.#complete.get(layer) ?? []) {
      this.#used -= values.byteLength;
    }
    this.#filling.delete(layer);
    this.#complete.delete(layer);
  }
}

/**
 * Rearranges values[0, length) so that the `rank`-th largest (from 0) stands at index `rank`, nothing smaller before it
 * and nothing larger behind it (Hoare's selection). No NaN.
 */
export function selectLargest(values: Float32Array, length: number, rank: number): number {
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const a = values[left];
    const b = values[(left + right) >>> 1];
    const c = values[right];
    const pivot = a > b ? (b > c ? b : a > c ? c : a) : a > c ? a : b > c ? c : b;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i <= j) {
        const swap = values[i];
        values[i++] = values[j];
        values[j--] = swap;
      }
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank];
}

/** The `size` largest of the values offered, as a multiset, in at most 1.25·size + 256 places. */
export class TopValues {
  readonly #size: number;
  readonly #capacity: number;
  #values: Float32Array;
  #length = 0;
  /** Values up to this one can't be among the largest any more. */
  #bar = -Infinity;

  constructor(size: number, offered: number) {
    this.#size = size;
    this.#capacity = TopValues.capacity(size, offered);
    this.#values = new Float32Array(Math.min(this.#capacity, 256));
  }

  /** Places needed to find the `size` largest of `offered` values. */
  static capacity(size: number, offered: number): number {
    return Math.min(offered, size + Math.max(256, size >>> 2));
  }

  /** Finite values only. */
  add(value: number): void {
    if (value <= this.#bar) return;
    if (this.#length === this.#values.length) this.#makeRoom();
    if (value > this.#bar) this.#values[this.#length++] = value;
  }

  #makeRoom(): void {
    if (this.#length < this.#capacity) {
      const wider = new Float32Array(Math.min(this.#capacity, this.#length * 2));
      wider.set(this.#values);
      this.#values = wider;
    } else {
      this.#bar = selectLargest(this.#values, this.#length, this.#size - 1);
      this.#length = this.#size;
    }
  }

  /** The `rank`-th largest, from 0; `rank` < size and below the number of values offered. */
  largest(rank: number): number {
    return selectLargest(this.#values, this.#length, rank);
  }
}

/** A queue that gives the entry with the highest value first; among equals the one that came first. */
export class MaxHeap<T> {
  readonly #entries: { value: number; turn: number; of: T }[] = [];
  #turns = 0;

  get size(): number {
    return this.#entries.length;
  }

  push(value: number, of: T): void {
    const heap = this.#entries;
    const entry = { value, turn: this.#turns++, of };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!before(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): { value: number; of: T } | undefined {
    const heap = this.#entries;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: { value: number; turn: number }, b: { value: number; turn: number }): boolean =>
  a.value > b.value || (a.value === b.value && a.turn < b.turn);

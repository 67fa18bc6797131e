/** Keyboard movement in a list, the same everywhere. */
export interface ListPlace {
  /** Index now, −1 for none. */
  at: number;
  count: number;
  /** Rows that fit on a page. */
  page: number;
  /** Columns where the list is a grid, else 1. */
  columns?: number;
}

/** Where a key leads, or null where it is none of the list's. */
export function moved(key: string, { at, count, page, columns = 1 }: ListPlace): number | null {
  if (count === 0) return null;
  const to = (index: number) => Math.min(Math.max(index, 0), count - 1);
  switch (key) {
    case 'ArrowDown':
      return at < 0 ? 0 : at + columns < count ? at + columns : at;
    case 'ArrowUp':
      return at < 0 ? 0 : at - columns >= 0 ? at - columns : at;
    case 'ArrowRight':
      return columns > 1 ? to(at + 1) : null;
    case 'ArrowLeft':
      return columns > 1 ? to(at - 1) : null;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'PageDown':
      return to(at + page * columns);
    case 'PageUp':
      return to(at - page * columns);
    default:
      return null;
  }
}

const pause = 700;

/** Collects what is typed quickly in a row, and finds the next entry that starts with it. */
export class TypeAhead {
  #typed = '';
  #last = -Infinity;

  /** @returns index of the entry, or null where the key is not a character or nothing fits */
  find(event: KeyboardEvent, at: number, count: number, text: (index: number) => string): number | null {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return null;
    const goesOn = event.timeStamp - this.#last < pause;
    if (event.key === ' ' && !goesOn) return null;
    this.#typed = (goesOn ? this.#typed : '') + event.key.toLowerCase();
    this.#last = event.timeStamp;
    const start = this.#typed.length === 1 ? at + 1 : Math.max(at, 0);
    for (let step = 0; step < count; step++) {
      const index = (start + step) % count;
      if (text(index).toLowerCase().startsWith(this.#typed)) return index;
    }
    return null;
  }
}

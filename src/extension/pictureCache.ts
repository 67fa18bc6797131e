import type { Picture } from '../shared/engineApi.js';

/** Pictures by key, the least recently used dropped first once they hold more than `bytes`. */
export class PictureCache {
  readonly #pictures = new Map<string, Promise<Picture>>();
  readonly #sizes = new Map<string, number>();
  #held = 0;

  constructor(private readonly bytes = 48 * 2 ** 20) {}

  /** Concurrent requests for one key share one answer; a failure is not kept. */
  async get(key: string, fetch: () => Promise<Picture>): Promise<Picture> {
    const known = this.#pictures.get(key);
    if (known) {
      this.#pictures.delete(key);
      this.#pictures.set(key, known);
      return known;
    }
    const coming = fetch();
    this.#pictures.set(key, coming);
    try {
      const picture = await coming;
      if (this.#pictures.get(key) === coming) this.#count(key, picture.rgba.byteLength);
      return picture;
    } catch (error) {
      if (this.#pictures.get(key) === coming) this.#pictures.delete(key);
      throw error;
    }
  }

  clear(): void {
    this.#pictures.clear();
    this.#sizes.clear();
    this.#held = 0;
  }

  #count(key: string, size: number): void {
    this.#sizes.set(key, size);
    this.#held += size;
    for (const oldest of this.#pictures.keys()) {
      if (this.#held <= this.bytes) break;
      const counted = this.#sizes.get(oldest);
      if (counted === undefined) continue;
      this.#held -= counted;
      this.#sizes.delete(oldest);
      this.#pictures.delete(oldest);
    }
  }
}

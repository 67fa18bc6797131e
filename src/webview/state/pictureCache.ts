import type { Picture } from '../../shared/engineApi.js';
import type { StrongestPicture } from '../../shared/panelProtocol.js';
import type { HostClient } from '../protocol/index.js';

/** Calls for pictures on their way at a time; more would only queue up in the engine, before what is looked at next. */
const atOnce = 4;
/** Entries kept; one holds a handful of thumbnails, some 100 kB. */
const kept = 400;

interface Waiting {
  key: string;
  start(): Promise<void>;
  wanted(): boolean;
}

/**
 * Pictures by what they show. What was asked for last comes first, and what is not wanted any more when its turn comes
 * (scrolled past) is not asked for at all.
 */
export class PictureCache {
  readonly #done = new Map<string, Promise<unknown>>();
  #waiting: Waiting[] = [];
  #running = 0;
  #generation = 0;

  constructor(private readonly host: HostClient) {}

  clear(): void {
    this.#generation++;
    this.#done.clear();
    this.#waiting = [];
  }

  /** @param wanted asked again before the call is made; where it says no, the promise stays open */
  strongest(
    key: { layer: string; unit: number; count: number; size: number },
    wanted: () => boolean,
  ): Promise<StrongestPicture[]> {
    return this.#get(`strongest ${JSON.stringify(key)}`, () => this.host.call('strongest', key), wanted);
  }

  sample(key: { sample: number; size: number }, wanted: () => boolean): Promise<Picture> {
    return this.#get(`picture ${JSON.stringify(key)}`, () => this.host.call('picture', key), wanted);
  }

  #get<T>(key: string, call: () => Promise<T>, wanted: () => boolean): Promise<T> {
    const known = this.#done.get(key);
    if (known) {
      // Used again: it moves to the end, away from what is dropped first.
      this.#done.delete(key);
      this.#done.set(key, known);
      return known as Promise<T>;
    }
    return new Promise<T>((resolve, reject) => {
      const generation = this.#generation;
      const start = async () => {
        const result = this.#done.get(key) ?? call();
        this.#keep(key, result, generation);
        await (result as Promise<T>).then(resolve, reject);
      };
      this.#waiting.push({ key, start, wanted });
      this.#next();
    });
  }

  #keep(key: string, result: Promise<unknown>, generation: number): void {
    if (generation !== this.#generation) return;
    this.#done.set(key, result);
    result.catch(() => {
      if (this.#done.get(key) === result) this.#done.delete(key);
    });
    for (const oldest of this.#done.keys()) {
      if (this.#done.size <= kept) break;
      this.#done.delete(oldest);
    }
  }

  #next(): void {
    while (this.#running < atOnce) {
      const next = this.#waiting.pop();
      if (!next) return;
      if (!next.wanted()) continue;
      this.#running++;
      void next.start().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}

import { fingerprint } from './fingerprint.js';

/** Training code writes a model in several steps; what is looked at is what it was half a second later. */
const settleMilliseconds = 500;
/** A watcher takes its time to start, and does not say when it has: what was written meanwhile is found by looking. */
const firstLooks = [1_000, 5_000, 20_000];

/**
 * Tells that a model, or the weights beside it, are others than they were. Watchers miss what is written before they have
 * started, and see nothing on some disks of other machines; so whoever has a reason to look may, and is told the same.
 */
export class ModelNews {
  /** The files' stamp when they were last looked at. */
  #seen: Promise<string | null>;
  #settling: NodeJS.Timeout | undefined;
  readonly #looking: NodeJS.Timeout[];

  constructor(
    private readonly model: string,
    private readonly tell: () => unknown,
  ) {
    this.#seen = this.#stamp();
    this.#looking = firstLooks.map((delay) => setTimeout(() => void this.look(), delay));
  }

  /** A watcher has seen something. */
  readonly watched = (): void => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#seen = this.#stamp();
      this.tell();
    }, settleMilliseconds);
  };

  /** Compares the files with what they were. @returns whether they are others */
  async look(): Promise<boolean> {
    const [then, now] = await Promise.all([this.#seen, this.#stamp()]);
    if (then === now) return false;
    this.watched();
    return true;
  }

  dispose(): void {
    clearTimeout(this.#settling);
    for (const look of this.#looking) clearTimeout(look);
  }

  async #stamp(): Promise<string | null> {
    return (await fingerprint(this.model, null)).model;
  }
}

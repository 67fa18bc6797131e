import path from 'node:path';
import { type Gradient, openGradient } from '../backward/index.js';
import { type ModelPart, type OnnxModel, partBytes } from '../onnx/index.js';
import { openBytes, openSession, type Session } from '../runtime/index.js';

/** Sessions, gradients and parts of a model that are kept for the next map. */
const kept = 6;

interface Entry {
  opened: Promise<{ release(): Promise<void> }>;
  users: number;
}

/**
 * What a model is run by, kept between maps: opening takes longer than most maps do. Whoever is given a session hands it
 * back with its own `release`; those that nobody holds are closed when there are too many, the longest unused first.
 */
export class ModelRuns {
  readonly #entries = new Map<string, Entry>();

  constructor(
    readonly model: OnnxModel,
    readonly threads: number | null,
  ) {}

  /** The model, with these tensors as outputs. */
  session(outputs: readonly string[]): Promise<Session> {
    const names = [...new Set(outputs)].sort();
    return this.#take(JSON.stringify(['session', names]), () =>
      openSession(this.model, { outputs: names, threads: this.threads }),
    );
  }

  /** A part of the model, for batches of any size. */
  part(part: ModelPart, types: ReadonlyMap<string, { type: string; rank: number }>): Promise<Session> {
    return this.#take(JSON.stringify(['part', part.outputs, part.cut]), () =>
      openBytes(
        {
          name: path.basename(this.model.path),
          bytes: partBytes(this.model, part, types, true),
          folder: path.dirname(path.resolve(this.model.path)),
          inputs: new Map(),
        },
        { threads: this.threads },
      ),
    );
  }

  gradient(targets: readonly string[], wrt: readonly string[], fetch: readonly string[]): Promise<Gradient> {
    return this.#take(JSON.stringify(['gradient', targets, wrt, fetch]), () =>
      Promise.resolve(openGradient(this.model, { targets, wrt, fetch }, { threads: this.threads })),
    );
  }

  /** Closes all that nobody holds. */
  async release(): Promise<void> {
    await this.#closeUnused(0);
  }

  async #take<T extends { release(): Promise<void> }>(key: string, open: () => Promise<T>): Promise<T> {
    let entry = this.#entries.get(key);
    if (entry) this.#entries.delete(key);
    else {
      entry = { opened: Promise.resolve().then(open), users: 0 };
    }
    this.#entries.set(key, entry);
    entry.users++;
    const holder = entry;
    try {
      const opened = (await entry.opened) as T;
      await this.#closeUnused(kept);
      return {
        ...opened,
        release: async () => {
          holder.users--;
          await this.#closeUnused(kept);
        },
      };
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  async #closeUnused(atMost: number): Promise<void> {
    for (const [key, { opened, users }] of this.#entries) {
      if (this.#entries.size <= atMost) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      await (await opened).release();
    }
  }
}

import { Worker } from 'node:worker_threads';
import type { ModelStructure } from '../../shared/model.js';
import type { StructureReply, StructureRequest } from '../../shared/structureWorker.js';

/** A file that keeps the reader busy for this long is not a model that anyone hovers over. */
const deadline = 10_000;
const idle = 30_000;
const megabytes = 512;

interface Pending {
  resolve: (structure: ModelStructure | null) => void;
  timer: NodeJS.Timeout;
}

/**
 * Reads the structure of models without the engine: in a thread, so that a damaged or huge file neither blocks the
 * extension host nor takes it along, with its memory bounded. The thread starts with the first file and ends when nothing
 * was read for a while.
 */
export class StructureReader {
  #worker: Worker | null = null;
  #pending = new Map<number, Pending>();
  #next = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly entry: string,
    private readonly log: (line: string) => void,
  ) {}

  /** Null where the file is no model, or can't be read in time. */
  read(model: string): Promise<ModelStructure | null> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.log(`${model}: its structure was not read within ${deadline / 1000} seconds`);
        this.#end();
      }, deadline);
      this.#pending.set(id, { resolve, timer });
      worker.postMessage({ id, model } satisfies StructureRequest);
    });
  }

  dispose(): void {
    this.#end();
  }

  #start(): Worker {
    const worker = new Worker(this.entry, { resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    worker.unref();
    worker.on('message', (reply: StructureReply) => {
      if ('failure' in reply && reply.failure.isBug) this.log(`structure: ${reply.failure.message}`);
      this.#settle(reply.id, 'structure' in reply ? reply.structure : null);
    });
    worker.on('error', (error) => this.log(`structure: ${error.message}`));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#end();
    });
    return worker;
  }

  #settle(id: number, structure: ModelStructure | null): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(structure);
    if (this.#pending.size === 0) this.#idle = setTimeout(() => this.#end(), idle).unref();
  }

  /** Ends the thread; what was asked of it has no answer. */
  #end(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { timer, resolve } of pending) {
      clearTimeout(timer);
      resolve(null);
    }
    void worker?.terminate();
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ProbeSummary } from '../shared/engineApi.js';
import type { ModelStructure } from '../shared/model.js';
import type { Explanation, Settings } from '../shared/results.js';
import type { Fingerprint } from './fingerprint.js';
import type { FormerCheckpoint } from './formerCheckpoint.js';
import type { DoneJob } from './jobs.js';
import type { LayerResults } from './layerResults.js';

/** What was found in a model. */
export interface FoundResults {
  /** Of the files that the labels were made from. */
  made: Fingerprint;
  structure: ModelStructure;
  probe: ProbeSummary | null;
  layers: LayerResults[];
  /** Null where the work was stopped before its end. */
  explanation: Explanation | null;
  /** Absent in files of older versions. */
  explainedAt?: number | null;
  former?: FormerCheckpoint | null;
}

/** What a model's panel showed last. */
export interface StoredResults extends FoundResults {
  settings: Settings;
  warnings: string[];
  milliseconds: number | null;
  /** Absent in files of older versions. */
  jobs?: DoneJob[];
}

/** Raised when the shape of `StoredResults` changes: older files are then ignored. */
const version = 1;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Results on disk, one file a model (and one for what was found over its probe set), so that a reloaded window or a new engine shows the former labels at once. Only the
 * most recently used are kept. Nothing here is precious: a file that can't be read counts as absent.
 */
export class ResultStore {
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly bounds = { files: 40, bytes: 200 * 2 ** 20 },
  ) {}

  async load<Stored = StoredResults>(model: string): Promise<Stored | null> {
    const file = this.#file(model);
    try {
      const record = deserialize(await decompress(await readFile(file))) as { version: number; results: Stored };
      if (record.version !== version) return null;
      const now = new Date();
      await utimes(file, now, now);
      return record.results;
    } catch {
      return null;
    }
  }

  /** One after the other, so that the last one stays. */
  save<Stored = StoredResults>(model: string, results: Stored): Promise<void> {
    const saved = this.#saving.then(() => this.#write(model, results));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  /** Resolves when all that is being saved is. */
  settled(): Promise<void> {
    return this.#saving;
  }

  async #write(model: string, results: unknown): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const bytes = await compress(serialize({ version, results }), { level: 1 });
    const temporary = path.join(this.folder, `${randomUUID()}.part`);
    await writeFile(temporary, bytes);
    await rename(temporary, this.#file(model));
    await this.#prune();
  }

  async remove(model: string): Promise<void> {
    await rm(this.#file(model), { force: true });
  }

  #file(model: string): string {
    return path.join(this.folder, `${createHash('sha256').update(model).digest('hex').slice(0, 32)}.results`);
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.folder, name);
        const found = await stat(file).catch(() => null);
        return { file, size: found?.size ?? 0, used: found?.mtimeMs ?? 0 };
      }),
    );
    files.sort((a, b) => b.used - a.used);
    let bytes = 0;
    for (const [rank, { file, size, used }] of files.entries()) {
      bytes += size;
      const abandoned = file.endsWith('.part') && Date.now() - used > 60_000;
      if (abandoned || rank >= this.bounds.files || bytes > this.bounds.bytes) await rm(file, { force: true });
    }
  }
}

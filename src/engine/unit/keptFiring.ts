import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ByteReader, ByteWriter, type PositionGrid } from '../concept/index.js';
import type { FiringSink } from './firingPlaces.js';

const chunkBytes = 2 ** 20;

/**
 * Where the units of a layer fire, kept so that it can be told again for some of them at a time without another run of the
 * model. One entry a unit and sample in which it fires: how many samples on, the unit, and the lengths of the runs of places
 * without and with (on a grid of samples the count alone); some forty bytes for a blob in 112 × 112 places. What does not fit into
 * memory goes to a temporary file, which the system removes with the process at the latest.
 */
export class KeptFiring implements FiringSink {
  /** At how many positions each unit fires. */
  readonly fires: Float64Array;
  readonly #grid: PositionGrid;
  readonly #memory: number;
  readonly #folder: string;
  readonly #writer = new ByteWriter();
  readonly #runs = new ByteWriter();
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  /** The file, and the lengths of the chunks in it. */
  #file: number | null = null;
  readonly #filed: number[] = [];
  #sample = 0;
  #isWhole = true;

  /**
   * @param units  how many
   * @param memory bytes that may be held before the file is used
   * @param folder in which the file is made
   */
  constructor(grid: PositionGrid, units: number, memory: number, folder = tmpdir()) {
    this.fires = new Float64Array(units);
    this.#grid = grid;
    this.#memory = memory;
    this.#folder = folder;
  }

  /** Whether all of it could be kept; where not (the disk is full), it can't be told again. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  fired(sample: number, slot: number, places: Int32Array, count: number): void {
    this.fires[slot] += count;
    if (!this.#isWhole) return;
    const runs = this.#runs;
    if (this.#grid.kind === 'samples') runs.number(count);
    else {
      for (let i = 0, at = 0, end = 0; i < count; i = end) {
        for (end = i + 1; end < count && places[end] === places[end - 1] + 1;) end++;
        runs.number(places[i] - at);
        runs.number(end - i);
        at = places[end - 1] + 1;
      }
    }
    const writer = this.#writer;
    writer.number(sample - this.#sample);
    this.#sample = sample;
    writer.number(slot);
    writer.number(runs.length);
    writer.all(runs.take());
    if (writer.length >= chunkBytes) this.#flush();
  }

  /** Nothing more will come: what is left is put away, after which `isWhole` is final. */
  end(): void {
    if (this.#writer.length > 0) this.#flush();
  }

  /**
   * Tells it again, of the units [first, end) alone, whose slots are counted from 0.
   *
   * @throws the signal's reason once it is aborted
   */
  async replay(first: number, end: number, sink: FiringSink, signal?: AbortSignal): Promise<void> {
    this.end();
    if (!this.#isWhole) throw new Error('what was not kept cannot be told again');
    const ofSamples = this.#grid.kind === 'samples';
    const places = new Int32Array(this.#grid.height * this.#grid.width);
    let sample = 0;
    for (let chunk = 0, offset = 0; chunk < this.#chunks.length + this.#filed.length; chunk++) {
      await setImmediate();
      signal?.throwIfAborted();
      let bytes = this.#chunks[chunk];
      if (chunk >= this.#chunks.length) {
        bytes = new Uint8Array(this.#filed[chunk - this.#chunks.length]);
        readAll(this.#file!, bytes, offset);
        offset += bytes.length;
      }
      const reader = new ByteReader(bytes);
      while (!reader.isAtEnd) {
        sample += reader.number();
        const slot = reader.number();
        const length = reader.number();
        if (slot < first || slot >= end) {
          reader.skip(length);
          continue;
        }
        let count = 0;
        if (ofSamples) count = reader.number();
        else {
          const behind = reader.at + length;
          for (let at = 0; reader.at < behind;) {
            at += reader.number();
            for (let run = reader.number(); run > 0; run--) places[count++] = at++;
          }
        }
        sink.fired(sample, slot - first, places, count);
      }
    }
  }

  /** Gives memory and file back. */
  close(): void {
    this.#isWhole = false;
    this.#chunks.length = 0;
    this.#filed.length = 0;
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #flush(): void {
    const bytes = this.#writer.take();
    if (this.#filed.length === 0 && this.#held + bytes.length <= this.#memory) {
      this.#chunks.push(bytes.slice());
      this.#held += bytes.length;
      return;
    }
    try {
      this.#file ??= temporaryFile(this.#folder);
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
      this.#filed.push(bytes.length);
    } catch {
      this.close();
    }
  }
}

function readAll(file: number, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length;) {
    const read = readSync(file, into, done, into.length - done, offset + done);
    if (read === 0) throw new Error('the temporary file is shorter than what was written');
    done += read;
  }
}

/** A file that is unlinked while it is open, and so is gone once it is closed; on Windows too. */
function temporaryFile(folder: string): number {
  const name = path.join(folder, `onnxplain-${randomUUID()}`);
  const file = openSync(name, 'wx+', 0o600);
  unlinkSync(name);
  return file;
}

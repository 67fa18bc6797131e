import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes fetched at once: large enough for a run of small messages, small enough to be wasted before each skipped weight. */
const windowBytes = 64 * 1024;

/**
 * Random access to a file's bytes through one small buffer, so that a file of any size costs the memory of a window.
 * Reads are synchronous: a structure is thousands of tiny reads, and all but a few are answered from the window.
 */
export class FileWindow {
  readonly size: number;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: string, size: number) {
    this.#fd = openSync(file, 'r');
    this.size = size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The byte at an offset inside the file. */
  byte(at: number): number {
    const i = at - this.#start;
    if (i >= 0 && i < this.#window.length) {
      return this.#window[i];
    }
    this.#load(at, 1);
    return this.#window[0];
  }

  /** A view that is valid until the next call; shorter than asked for only where the file has shrunk. */
  bytes(at: number, length: number): Buffer {
    const i = at - this.#start;
    if (i < 0 || i + length > this.#window.length) {
      this.#load(at, length);
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(i, i + length);
  }

  text(at: number, length: number): string {
    return this.bytes(at, length).toString('utf8');
  }

  /** Fills `target` with the bytes from `at` on. */
  copyInto(target: Uint8Array, at: number): void {
    if (this.#read(target, at) < target.length) {
      throw new EndOfFile();
    }
  }

  /** @returns how many bytes there were */
  #read(target: Uint8Array, at: number): number {
    let filled = 0;
    while (filled < target.length) {
      const got = readSync(this.#fd, target, filled, target.length - filled, at + filled);
      if (got === 0) {
        break;
      }
      filled += got;
    }
    return filled;
  }

  #load(at: number, length: number): void {
    const wanted = Math.min(Math.max(length, windowBytes), Math.max(this.size - at, 0));
    const buffer = Buffer.allocUnsafe(wanted);
    const filled = this.#read(buffer, at);
    if (filled < Math.min(length, wanted) || wanted === 0) {
      throw new EndOfFile();
    }
    this.#window = buffer.subarray(0, filled);
    this.#start = at;
  }
}

/** The file is shorter than when it was opened. */
export class EndOfFile extends Error {}

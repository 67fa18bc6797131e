const [smallestChunk, largestChunk] = [2 ** 12, 2 ** 20];

/** Strings of bytes that are only ever added, in chunks: many millions of them are no burden to the garbage collector. */
export class ByteStore {
  readonly #chunks: Uint8Array[] = [];
  #used = 0;
  #bytes = 0;

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a copy. @returns where `at` finds it */
  put(bytes: Uint8Array): number {
    let chunk = this.#chunks.at(-1);
    if (!chunk || this.#used + bytes.length > chunk.length) {
      const length = Math.min(largestChunk, smallestChunk * 2 ** this.#chunks.length);
      this.#chunks.push((chunk = new Uint8Array(Math.max(length, bytes.length))));
      this.#bytes += chunk.length;
      this.#used = 0;
    }
    chunk.set(bytes, this.#used);
    const address = (this.#chunks.length - 1) * largestChunk + this.#used;
    this.#used += bytes.length;
    return address;
  }

  /** What was put there, and whatever follows it. */
  at(address: number): Uint8Array {
    return this.#chunks[Math.floor(address / largestChunk)].subarray(address % largestChunk);
  }
}

/** Bytes that are written one behind the other. Numbers take seven bits a byte, the lowest first (LEB128). */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  /** Written so far; may be set back. */
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#widen(this.length + 1);
    this.#bytes[this.length++] = value;
  }

  /** @param value a whole number in [0, 2^32) */
  number(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.byte((rest & 127) | 128);
    this.byte(rest);
  }

  all(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#widen(this.length + bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written since the last time; not to be kept. */
  take(): Uint8Array {
    const written = this.#bytes.subarray(0, this.length);
    this.length = 0;
    return written;
  }

  #widen(length: number): void {
    const wider = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    wider.set(this.#bytes);
    this.#bytes = wider;
  }
}

/** Reads what a `ByteWriter` wrote. */
export class ByteReader {
  /** Bytes read so far. */
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  skip(length: number): void {
    this.at += length;
  }

  number(): number {
    let byte = this.bytes[this.at++];
    let value = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
    }
    return value;
  }

  /** The next bytes, not copied. */
  all(length: number): Uint8Array {
    return this.bytes.subarray(this.at, (this.at += length));
  }
}

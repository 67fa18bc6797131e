import type { FileWindow } from './fileWindow.js';

/**
 * Protobuf's wire format, read in place from a file: a message is a run of fields, each a tag (number × 8 + kind) and a
 * value. Lengths may pass 2^31 here, which protobuf's own readers refuse.
 * https://protobuf.dev/programming-guides/encoding/
 */
export interface Field {
  number: number;
  kind: Kind;
  /** Where the tag begins; the next field begins at `end`. */
  start: number;
  /** Where the value begins (for `bytes`: after its length). */
  at: number;
  end: number;
}

export const Kind = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** The bytes are no protobuf message; `overrun` where a value claims more bytes than its message has. */
export class WireError extends Error {
  constructor(
    readonly at: number,
    readonly overrun: { field: number; claims: number; has: number } | null = null,
  ) {
    super(`no protobuf at byte ${at}`);
  }
}

/** Reads one varint at `at`; `end` bounds it. Values past 2^53 lose their last bits, negative ones come as negative. */
export function readVarint(file: FileWindow, at: number, end: number): { value: number; next: number } {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    if (at + i >= end) {
      throw new WireError(at);
    }
    const byte = file.byte(at + i);
    const bits = byte & 0x7f;
    // 64 bits in two halves: seven bits a byte, the fifth byte (bits 28..34) straddles them.
    if (i < 4) {
      low |= bits << (7 * i);
    } else if (i === 4) {
      low |= bits << 28;
      high |= bits >>> 4;
    } else {
      high |= bits << (7 * i - 32);
    }
    if (byte < 0x80) {
      return { value: (high | 0) * 2 ** 32 + (low >>> 0), next: at + i + 1 };
    }
  }
  throw new WireError(at);
}

/** The field whose tag is at `at`. */
export function readField(file: FileWindow, at: number, end: number): Field {
  const tag = readVarint(file, at, end);
  const kind = tag.value & 7;
  const number = Math.floor(tag.value / 8);
  if (number < 1 || number > 0x1fffffff) {
    throw new WireError(at);
  }
  let from = tag.next;
  let to: number;
  if (kind === Kind.varint) {
    to = readVarint(file, from, end).next;
  } else if (kind === Kind.fixed64) {
    to = from + 8;
  } else if (kind === Kind.fixed32) {
    to = from + 4;
  } else if (kind === Kind.bytes) {
    const length = readVarint(file, from, end);
    from = length.next;
    to = from + length.value;
    if (length.value < 0) {
      throw new WireError(at);
    }
  } else {
    throw new WireError(at);
  }
  if (to > end) {
    throw new WireError(at, { field: number, claims: to - from, has: end - from });
  }
  return { number, kind, start: at, at: from, end: to };
}

/** Calls `visit` for each field of the message in [at, end). */
export function eachField(file: FileWindow, at: number, end: number, visit: (field: Field) => void): void {
  while (at < end) {
    const field = readField(file, at, end);
    visit(field);
    at = field.end;
  }
}

/** An int64, int32, bool or enum. */
export function integer(file: FileWindow, field: Field): number {
  expect(field, Kind.varint);
  return readVarint(file, field.at, field.end).value;
}

export function float(file: FileWindow, field: Field): number {
  expect(field, Kind.fixed32);
  return file.bytes(field.at, 4).readFloatLE(0);
}

/** Names, keys and documentation; a longer one than this is no text that anybody wrote. */
const longestText = 64 * 1024 * 1024;

export function text(file: FileWindow, field: Field): string {
  expect(field, Kind.bytes);
  if (field.end - field.at > longestText) {
    throw new WireError(field.start);
  }
  return file.text(field.at, field.end - field.at);
}

/** The fields of an embedded message. */
export function message(file: FileWindow, field: Field, visit: (field: Field) => void): void {
  expect(field, Kind.bytes);
  eachField(file, field.at, field.end, visit);
}

/** Appends a repeated integer field's values, packed or not. */
export function pushIntegers(file: FileWindow, field: Field, into: number[]): void {
  if (field.kind === Kind.varint) {
    into.push(integer(file, field));
    return;
  }
  expect(field, Kind.bytes);
  for (let at = field.at; at < field.end;) {
    const { value, next } = readVarint(file, at, field.end);
    into.push(value);
    at = next;
  }
}

/** Appends a repeated float field's values, packed or not. */
export function pushFloats(file: FileWindow, field: Field, into: number[]): void {
  if (field.kind === Kind.fixed32) {
    into.push(float(file, field));
    return;
  }
  expect(field, Kind.bytes);
  if ((field.end - field.at) % 4 !== 0) {
    throw new WireError(field.start);
  }
  for (let at = field.at; at < field.end; at += 4) {
    into.push(file.bytes(at, 4).readFloatLE(0));
  }
}

function expect(field: Field, kind: Kind): void {
  if (field.kind !== kind) {
    throw new WireError(field.start);
  }
}

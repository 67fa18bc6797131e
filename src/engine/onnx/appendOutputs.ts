import type { OnnxModel } from './model.js';

/**
 * The bytes of a ModelProto that holds only `graph { output { name } ... }`. Protobuf merges repeated occurrences of a
 * message, so a model's own bytes followed by these are that model with more outputs; their types are inferred.
 * Names that are outputs already are left out.
 */
export function appendOutputs(model: OnnxModel, names: readonly string[]): Uint8Array {
  const already = new Set(model.graph.outputs.map((output) => output.name));
  const missing = [...new Set(names)].filter((name) => !already.has(name));
  if (missing.length === 0) {
    return new Uint8Array(0);
  }
  const outputs = missing.map((name) => lengthDelimited(12, lengthDelimited(1, Buffer.from(name, 'utf8'))));
  return lengthDelimited(7, Buffer.concat(outputs));
}

/** A field of kind "bytes": its tag and length, its bytes. Numbers up to 15. */
export const lengthDelimited = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([lengthPrefix(number, content.length), content]);

/** What stands before so many bytes of a field: its tag (number × 8 + 2), and their number as a varint. */
export function lengthPrefix(number: number, bytes: number): Buffer {
  const length: number[] = [];
  let rest = bytes;
  do {
    length.push(rest > 0x7f ? (rest % 128) + 128 : rest);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from([number * 8 + 2, ...length]);
}

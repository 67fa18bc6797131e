import { createReadStream } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { readingError } from '../dataFile.js';

/** One part of a large JSON file: a property of its outermost object or, where that is a list, one element of it. */
export interface JsonPart {
  key: string;
  /** Place in the list; null where the property is no list. */
  index: number | null;
  value: unknown;
}

const chunkBytes = 4 << 20;
/** A part that is longer is held to be no annotation. */
const longestPart = 256 << 20;

const [quote, backslash, comma, colon, openObject, closeObject, openList, closeList] = Buffer.from('"\\,:{}[]');

/**
 * The parts of a JSON file one after the other, so that a file of gigabytes is never in memory as a whole: it is scanned for
 * where parts begin and end, and only they are parsed.
 *
 * @param wanted keys whose parts are parsed; those of others are passed over (null: all)
 * @throws UserError where the file is no JSON object, ends early or has a part that is no JSON
 */
export async function* jsonParts(
  file: string,
  wanted: ReadonlySet<string> | null = null,
  signal?: AbortSignal,
): AsyncGenerator<JsonPart, void, undefined> {
  const name = path.basename(file);
  const refuse = (what: string): never => {
    throw new UserError(`${name}: ${what}`, {
      hint: 'check that it was copied or written to its end',
      code: 'json/wrong',
    });
  };
  const parsed = (text: Buffer, where: string): unknown => {
    try {
      return JSON.parse(text.toString('utf8'));
    } catch {
      return refuse(`not JSON ${where}`);
    }
  };
  let held: Buffer = Buffer.alloc(0);
  /** Of the first byte held, from the file's beginning. */
  let base = 0;
  let at = 0;
  /** Where the part that is being read begins; -1 between parts. */
  let start = -1;
  let depth = 0;
  let inString = false;
  /** The property's name, and how many elements of its list were read; -1: it is no list. */
  let key: string | null = null;
  let elements = -1;
  let ended = false;

  const take = (end: number): JsonPart | null => {
    const text = held.subarray(start, end);
    start = -1;
    if (key === null) return refuse(`not JSON at byte ${base + end}: a value without a name`);
    const index = elements < 0 ? null : elements++;
    if (wanted && !wanted.has(key)) return null;
    return { key, index, value: parsed(text, `in "${key}"${index === null ? '' : `, entry ${index}`}`) };
  };

  try {
    for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes, signal })) {
      const from = start >= 0 ? start : at;
      held = held.length === from ? (chunk as Buffer) : Buffer.concat([held.subarray(from), chunk as Buffer]);
      base += from;
      at -= from;
      if (start >= 0) start = 0;
      if (held.length > longestPart + chunkBytes) refuse(`an entry of "${key ?? ''}" is longer than 256 MB`);
      for (; at < held.length; at++) {
        const byte = held[at];
        if (inString) {
          if (byte === backslash) at++;
          else if (byte === quote) inString = false;
          else {
            // Straight to the next byte that could end the string.
            while (at + 1 < held.length && held[at + 1] !== quote && held[at + 1] !== backslash) at++;
          }
          continue;
        }
        if (byte <= 32) continue;
        if (ended) refuse(`not JSON: something follows its end, at byte ${base + at}`);
        const top = depth === 1 || (depth === 2 && elements >= 0);
        if (depth === 0) {
          if (byte === 0xef && held[at + 1] === 0xbb && held[at + 2] === 0xbf) {
            at += 2;
            continue;
          }
          if (byte !== openObject) refuse('not a JSON object: it does not begin with {');
          depth = 1;
        } else if (byte === quote) {
          inString = true;
          if (top && start < 0) start = at;
        } else if (byte === openObject || byte === openList) {
          if (depth === 1 && byte === openList && key !== null && start < 0) elements = 0;
          else if (top && start < 0) start = at;
          depth++;
        } else if (byte === closeObject || byte === closeList) {
          depth--;
          if (depth < 0) refuse(`not JSON at byte ${base + at}`);
          if (top && start >= 0) {
            const part = take(at);
            if (part) yield part;
          }
          if (depth === 1 && elements >= 0 && byte === closeList) start = -1;
          if (depth === 0) ended = true;
        } else if (byte === comma && top) {
          if (start >= 0) {
            const part = take(at);
            if (part) yield part;
          }
          if (depth === 1) {
            key = null;
            elements = -1;
          }
        } else if (byte === colon && depth === 1 && key === null && start >= 0) {
          key = String(parsed(held.subarray(start, at), `at byte ${base + start}`));
          start = -1;
        } else if (top && start < 0) start = at;
      }
    }
  } catch (error) {
    throw readingError(file, error);
  }
  if (!ended) refuse(depth === 0 ? 'the file is empty' : 'the file ends in the middle');
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import { findingBundled } from './bundledPaths.js';
import { readingError } from './dataFile.js';
import { didYouMean } from './nearest.js';

/**
 * What a value must be. `media/probe.schema.json` says the same for the editor; a test holds the two together.
 */
type Rule =
  | { is: 'text' | 'boolean' }
  | { is: 'number'; above?: number; least?: number; most?: number; whole?: true }
  | { is: 'one of'; words: string[] }
  | { is: 'list'; of: Rule; least: number; most?: number; unique?: true }
  | { is: 'object'; keys: Record<string, Rule>; required: string[] }
  | { is: 'map'; of: Rule }
  | { is: 'either'; rules: Rule[]; words: string }
  | { is: 'nested numbers' };

const text: Rule = { is: 'text' };
const flag: Rule = { is: 'boolean' };
const size: Rule = {
  is: 'either',
  rules: [
    { is: 'number', whole: true, least: 1 },
    { is: 'list', of: { is: 'number', whole: true, least: 1 }, least: 2, most: 2 },
  ],
  words: 'a number of pixels, or [height, width]',
};

const common: Record<string, Rule> = {
  $schema: text,
  input: text,
  rename: { is: 'map', of: text },
  derived: { is: 'map', of: text },
  remove: { is: 'list', of: text, least: 0, unique: true },
  inputs: {
    is: 'map',
    of: {
      is: 'either',
      rules: [{ is: 'number' }, text, { is: 'nested numbers' }],
      words: 'a number, arrays of numbers, or a path to .npy',
    },
  },
  outputs: {
    is: 'either',
    rules: [flag, { is: 'one of', words: ['class', 'values'] }, { is: 'list', of: text, least: 1, unique: true }],
    words: 'true, false, "class", "values" or a list of names',
  },
};

const kinds: Record<ProbeFile['kind'], Record<string, Rule>> = {
  states: {
    data: text,
    columns: { is: 'list', of: text, least: 1, unique: true },
    concepts: { is: 'map', of: text },
    discretize: {
      is: 'object',
      keys: {
        method: { is: 'one of', words: ['quantile', 'tree'] },
        bins: { is: 'number', whole: true, least: 2, most: 100 },
        target: text,
      },
      required: ['method', 'bins'],
    },
  },
  images: {
    data: { is: 'either', rules: [text, { is: 'list', of: text, least: 1 }], words: 'a folder, or a list of files' },
    concepts: {
      is: 'object',
      keys: { folders: flag, labels: text, auto: flag, masks: text, voc: text, broden: text },
      required: [],
    },
    preprocess: {
      is: 'object',
      keys: {
        resize: size,
        crop: size,
        channels: { is: 'one of', words: ['rgb', 'bgr', 'gray'] },
        layout: { is: 'one of', words: ['nchw', 'nhwc'] },
        scale: { is: 'number' },
        mean: { is: 'list', of: { is: 'number' }, least: 1, most: 4 },
        std: { is: 'list', of: { is: 'number', above: 0 }, least: 1, most: 4 },
      },
      required: [],
    },
  },
  arrays: { data: text, concepts: text },
};

/**
 * Reads and checks a probe file: JSON, in which comments and trailing commas are allowed.
 *
 * @param bundledFolder where paths that begin with `bundled:` lead to
 * @returns the file, and the folder that its paths are relative to
 * @throws UserError for the first thing that is wrong, with its line; unknown keys with the nearest known one
 */
export async function readProbeFile(file: string, bundledFolder: string): Promise<{ file: ProbeFile; base: string }> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw readingError(file, error);
  }
  const at = path.resolve(file);
  return { file: findingBundled(parseProbeFile(content, at), bundledFolder), base: path.dirname(at) };
}

/** As `readProbeFile`, of its text. */
export function parseProbeFile(content: string, file: string): ProbeFile {
  const refuse = (offset: number, what: string, hint?: string): never => {
    const line = content.slice(0, offset).split('\n').length;
    throw new UserError(`${path.basename(file)}, line ${line}: ${what}`, {
      hint,
      code: 'probe/wrong',
      place: { file, line },
    });
  };
  const errors: ParseError[] = [];
  const root = parseTree(content.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    const said = printParseErrorCode(errors[0].error).replace(/(?<=.)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
    refuse(errors[0].offset, `not JSON: ${said.toLowerCase()}`);
  }
  if (root?.type !== 'object') return refuse(0, 'a probe file is an object: { "kind": …, "data": … }');
  const check = new Checker(refuse);
  const keys = check.properties(root, null);
  const kind = keys.get('kind');
  const words = Object.keys(kinds);
  if (!kind) return refuse(root.offset, '"kind" is missing', `it is ${list(words)}`);
  check.value(kind, { is: 'one of', words }, '"kind"');
  const rules = { kind: text, ...kinds[kind.value as ProbeFile['kind']], ...common };
  check.value(root, { is: 'object', keys: rules, required: ['kind', 'data'] }, 'the probe file');
  const probe = getNodeValue(root) as ProbeFile & { $schema?: string };
  delete probe.$schema;
  return probe;
}

class Checker {
  constructor(private readonly refuse: (offset: number, what: string, hint?: string) => never) {}

  /** The object's values by key; keys that are not known or stand twice are refused. */
  properties(node: Node, known: string[] | null): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      const name = key.value as string;
      if (known && !known.includes(name)) {
        this.refuse(
          key.offset,
          `unknown key "${name}"`,
          didYouMean(
            name,
            known.filter((one) => one !== '$schema'),
            'known keys',
          ),
        );
      }
      if (found.has(name)) this.refuse(key.offset, `the key "${name}" stands twice`);
      found.set(name, value);
    }
    return found;
  }

  value(node: Node, rule: Rule, name: string): void {
    const wrong = (wanted: string): never =>
      this.refuse(node.offset, `${name} must be ${wanted}, not ${described(node)}`);
    switch (rule.is) {
      case 'text':
        if (node.type !== 'string') wrong('text');
        if (node.value === '') this.refuse(node.offset, `${name} is empty`);
        return;
      case 'boolean':
        if (node.type !== 'boolean') wrong('true or false');
        return;
      case 'number':
        this.number(node, rule, wrong);
        return;
      case 'one of':
        if (!rule.words.includes(node.value as string)) {
          const hint = node.type === 'string' ? didYouMean(node.value as string, rule.words, 'choices') : undefined;
          this.refuse(node.offset, `${name} must be ${list(rule.words)}, not ${described(node)}`, hint);
        }
        return;
      case 'list':
        this.list(node, rule, name, wrong);
        return;
      case 'map':
        if (node.type !== 'object') wrong('an object');
        for (const [key, value] of this.properties(node, null)) this.value(value, rule.of, `${name}: "${key}"`);
        return;
      case 'object': {
        if (node.type !== 'object') wrong('an object');
        const found = this.properties(node, Object.keys(rule.keys));
        for (const key of rule.required) if (!found.has(key)) this.refuse(node.offset, `"${key}" is missing`);
        for (const [key, value] of found) this.value(value, rule.keys[key], `"${key}"`);
        return;
      }
      case 'either':
        if (!rule.rules.some((one) => this.accepts(node, one))) wrong(rule.words);
        return;
      case 'nested numbers':
        if (!isNested(node)) wrong('arrays of numbers');
    }
  }

  private number(node: Node, rule: Rule & { is: 'number' }, wrong: (wanted: string) => never): void {
    const value = node.value as number;
    const { above = -Infinity, least = -Infinity, most = Infinity, whole } = rule;
    const fits = node.type === 'number' && value > above && value >= least && value <= most;
    if (fits && Number.isFinite(value) && (!whole || Number.isInteger(value))) return;
    const noun = whole ? 'a whole number' : 'a number';
    const upTo = most < Infinity ? ` to ${most}` : ' on';
    wrong(`${noun}${above > -Infinity ? ` above ${above}` : least > -Infinity ? ` from ${least}${upTo}` : ''}`);
  }

  private list(node: Node, rule: Rule & { is: 'list' }, name: string, wrong: (wanted: string) => never): void {
    if (node.type !== 'array') wrong('a list');
    const items = node.children ?? [];
    const { least, most = Infinity } = rule;
    if (items.length < least || items.length > most) {
      const counts = most === Infinity ? `${least} or more` : least === most ? `${least}` : `${least} to ${most}`;
      this.refuse(node.offset, `${name} must have ${counts} entries, not ${items.length}`);
    }
    const seen = new Set<unknown>();
    for (const item of items) {
      this.value(item, rule.of, `an entry of ${name}`);
      if (rule.unique && seen.has(item.value)) this.refuse(item.offset, `${name} names "${item.value}" twice`);
      seen.add(item.value);
    }
  }

  private accepts(node: Node, rule: Rule): boolean {
    try {
      this.value(node, rule, '');
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  }
}

const isNested = (node: Node): boolean =>
  node.type === 'array' && (node.children ?? []).every((child) => child.type === 'number' || isNested(child));

function described(node: Node): string {
  if (node.type === 'array') return 'a list';
  if (node.type === 'object') return 'an object';
  const shown = JSON.stringify(node.value);
  return shown.length > 40 ? `${shown.slice(0, 39)}…` : shown;
}

const list = (words: string[]): string =>
  `${words
    .slice(0, -1)
    .map((word) => `"${word}"`)
    .join(', ')} or "${words.at(-1)}"`;

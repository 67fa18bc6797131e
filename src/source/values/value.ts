import type { Chunk } from '../python/pythonIndex.js';
import type { Syntax } from '../python/syntax.js';
import type { Scope } from './scope.js';

/** A stretch of a file's text. */
export interface Span {
  file: string;
  chunk: Chunk;
  /** Offsets in the chunk's text. */
  start: number;
  end: number;
}

/** What an expression of the training code gives, as far as modules are concerned. */
export type Value =
  | ConstantValue
  | TextValue
  | ListValue
  | DictValue
  | ModuleValue
  | ClassValue
  | FunctionValue
  | { kind: 'external'; name: string }
  | { kind: 'self'; instance: Instance }
  | { kind: 'super'; instance: Instance; after: ClassValue }
  | { kind: 'namespace'; file: string }
  | { kind: 'choice'; options: Value[] }
  | { kind: 'integer' }
  | { kind: 'unknown' };

export interface ConstantValue {
  kind: 'constant';
  value: string | number | boolean | null;
}

/** A string of which parts are known: `f"conv{i}"` as a regular expression. */
export interface TextValue {
  kind: 'text';
  pattern: string;
}

/** A list or tuple, and the children of a container. Grows while code runs. */
export interface ListValue {
  kind: 'list';
  items: Item[];
}

export type Item =
  /** `span`: where it is made or named; `key`: the name it is given. */
  | { kind: 'one'; value: Value; span: Span | null; key?: Key }
  /** `count`: how often; null where the code does not say. */
  | { kind: 'repeat'; items: Item[]; count: number | null }
  /** One of several sequences: the branches of an `if`. */
  | { kind: 'either'; branches: Item[][] };

/** A name, or a pattern of names. */
export type Key = { name: string } | { pattern: string };

export interface DictValue {
  kind: 'dict';
  entries: Entry[];
}

export interface Entry {
  key: Key;
  span: Span | null;
  value: Value;
}

/** What a call of a class or of a foreign function gives: `nn.Conv2d(...)`, `Block(64)`, `resnet18()`. */
export interface ModuleValue {
  kind: 'module';
  /** The class, where it is in the code at hand. */
  class: ClassValue | null;
  /** Its dotted name, imports followed: `torch.nn.Conv2d`. */
  name: string;
  /** The callee. */
  span: Span;
  args: Arguments;
  /** Children of Sequential, ModuleList; of ModuleDict. */
  children: ListValue | null;
  entries: DictValue | null;
  instance?: Instance;
}

export interface ClassValue {
  kind: 'class';
  name: string;
  syntax: Syntax;
  chunk: Chunk;
  file: string;
  scope: Scope;
  /** Computed at the first look. */
  bases?: Value[];
}

export interface FunctionValue {
  kind: 'function';
  name: string;
  syntax: Syntax;
  chunk: Chunk;
  file: string;
  scope: Scope;
  /** What a bound method was taken from. */
  self?: Instance;
  /** The class whose body it stands in. */
  owner?: ClassValue;
}

export interface Arguments {
  positional: Value[];
  keywords: Map<string, Value>;
  /** Where the value of `name=` stands. */
  spans: Map<string, Span>;
  /** Of the positional ones. */
  places: (Span | null)[];
}

/** An attribute of an object: where it was given, and what. */
export interface Definition {
  span: Span;
  value: Value;
}

/** An object of a class in the code, as its constructor leaves it. */
export interface Instance {
  class: ClassValue;
  attributes: Map<string, Definition[]>;
  /** Attributes whose names are known in part: `setattr(self, f"conv{i}", ...)`. */
  patterns: { pattern: string; definition: Definition }[];
  /** Children given to a container that the class extends. */
  children: ListValue | null;
  entries: DictValue | null;
  /** Every module that its constructor makes, in order. */
  made: ModuleValue[];
  /** The last part of the name of the framework's class that it extends; null where none is known. */
  base: string | null;
}

export const unknown: Value = { kind: 'unknown' };

export const constant = (value: ConstantValue['value']): ConstantValue => ({ kind: 'constant', value });

/** What may be any of more than this is as good as unknown. */
const mostOptions = 24;

/** One value out of several; equal ones count once, and what is unknown gives way to what is known. */
export function choice(options: readonly Value[]): Value {
  const flat = options.flatMap((option) => (option.kind === 'choice' ? option.options : [option]));
  const known = [...new Set(flat)].filter((option) => option.kind !== 'unknown').slice(0, mostOptions);
  if (known.length === 0) return unknown;
  return known.length === 1 ? known[0] : { kind: 'choice', options: known };
}

export const optionsOf = (value: Value): readonly Value[] => (value.kind === 'choice' ? value.options : [value]);

export function keyOf(value: Value): Key | null {
  if (value.kind === 'constant' && value.value !== null) return { name: String(value.value) };
  if (value.kind === 'text') return { pattern: value.pattern };
  if (value.kind === 'integer') return { pattern: '\\d+' };
  return null;
}

/** Python compares names by their NFKC form: `µ` (U+00B5) and `μ` (U+03BC) are one. */
export const normalised = (name: string): string => name.normalize('NFKC');

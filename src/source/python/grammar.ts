import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Parser } from 'web-tree-sitter';

let parser: Parser | null = null;
let loading: Promise<void> | null = null;

/**
 * Loads the Python grammar, once; `indexPython` needs it. Both .wasm files lie beside the bundle, where the build copies
 * them, or in their packages.
 */
export function loadPython(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<void> {
  const { Language, Parser } = await import('web-tree-sitter');
  const file = (specifier: string): string => {
    const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), path.basename(specifier));
    return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(specifier);
  };
  const runtime = await readFile(file('web-tree-sitter/web-tree-sitter.wasm'));
  await Parser.init({ wasmBinary: runtime });
  const made = new Parser();
  made.setLanguage(await Language.load(await readFile(file('tree-sitter-python/tree-sitter-python.wasm'))));
  parser = made;
}

/** The parser, once `loadPython` is done. */
export function pythonParser(): Parser {
  if (!parser) throw new Error('loadPython was not awaited');
  return parser;
}

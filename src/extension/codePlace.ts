import type { Layer } from '../shared/model.js';

/** A place in a text: line and column count from 0. */
export interface CodePlace {
  line: number;
  column: number;
  length: number;
}

/** The file's name without its folders: paths in a model are those of the machine that exported it, `\` or `/`. */
export const baseName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;

/** Attribute names of a module path that stand in code, innermost first: `layer1.0.conv1` → conv1, layer1. */
export const attributeNames = (module: string): string[] =>
  module
    .split('.')
    .filter((name) => /^[A-Za-z_]\w*$/.test(name))
    .reverse();

/**
 * Where the text makes the attribute: `self.NAME = ...`, or NAME as the key of an OrderedDict, ModuleDict or add_module.
 * Null where it doesn't.
 */
export function definitionOf(text: string, name: string): CodePlace | null {
  const lines = text.split(/\r?\n/);
  for (const made of [
    new RegExp(`^(\\s*self\\.)(${name})\\s*(?::[^=]+)?=(?!=)`, 'd'),
    new RegExp(`(?:add_module|register_module)(\\(\\s*["'])(${name})["']`, 'd'),
    new RegExp(`([({\\[,]\\s*["'])(${name})["']\\s*[,:]`, 'd'),
    new RegExp(`(\\bname\\s*=\\s*["'])(${name})["']`, 'd'),
  ])
    for (const [line, code] of lines.entries()) {
      const span = made.exec(code.replace(/#.*/, ''))?.indices?.[2];
      if (span) return { line, column: span[0], length: span[1] - span[0] };
    }
  return null;
}

/**
 * The line that the model's metadata name, where the text still has something of the layer there: its attribute or its
 * operation. Lines move while code is edited, so those nearby are looked at too, nearest first. Null where it's gone.
 */
export function useOf(text: string, layer: Layer): CodePlace | null {
  if (!layer.source) return null;
  const lines = text.split(/\r?\n/);
  const stated = layer.source.line - 1;
  const names = layer.module ? attributeNames(layer.module) : [];
  const operation = layer.op.split('.').at(-1) ?? layer.op;
  const wanted = [...names.map((name) => new RegExp(`\\b${name}\\b`)), new RegExp(`\\b${operation}\\b`, 'i')];
  for (const pattern of wanted)
    for (let away = 0; away <= 40; away++)
      for (const line of new Set([stated - away, stated + away])) {
        const found = pattern.exec(lines[line] ?? '');
        if (found) return { line, column: found.index, length: found[0].length };
      }
  return null;
}

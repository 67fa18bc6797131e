import type { PythonProgram } from '../program.js';
import { callFunction } from '../values/callFunction.js';
import type { Interpreter } from '../values/interpreter.js';
import { definedName } from '../values/run.js';
import { keyOf, type ModuleValue } from '../values/value.js';
import { lastPart } from './fit.js';

/** The modules that each function, and the script around them, makes in turn: Keras' and Haiku's networks. */
export function madeInOrder(program: PythonProgram, run: Interpreter): ModuleValue[][] {
  return [...madeByFunctions(program, run).values()];
}

/** Calls of layers that are named by their calls, or of classes that have some. */
const makesLayers = /\b(?:Dense|Linear|Conv\w*|LSTM|GRU|Embedding|Sequential|[A-Z]\w*(?:Block|Layer|Net|Module))\s*\(/;

/**
 * By the function's name; the script's under null.
 *
 * @param byClasses modules that objects made, which are no script's
 */
export function madeByFunctions(
  program: PythonProgram,
  run: Interpreter,
  byClasses: readonly ModuleValue[] = [],
): Map<string | null, ModuleValue[]> {
  const units = new Map<string | null, ModuleValue[]>();
  for (const [file, { chunks }] of program.files) {
    const scope = run.fileScope(file);
    run.runScripts(file, (text) => makesLayers.test(text));
    for (const chunk of chunks) {
      const name = definedName(chunk);
      if (!name || !/^(@|def|async)/.test(chunk.source.text) || !makesLayers.test(chunk.source.text)) continue;
      const value = scope.get(name);
      if (value?.kind === 'function')
        units.set(
          name,
          collect(run, () => callFunction(value, null, [], 1, run)),
        );
    }
  }
  const inUnits = new Set([...byClasses, ...[...units.values()].flat()]);
  units.set(
    null,
    run.created.filter((module) => !inUnits.has(module)),
  );
  return units;
}

export function collect(run: Interpreter, body: () => void): ModuleValue[] {
  const before = run.created.length;
  run.bounded(body);
  return run.created.slice(before);
}

/** How a class becomes a name in Keras: `BatchNormalization`, `batch_normalization`. */
export const kerasName = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** The names that Keras gives: by `name=`, else by class and counter. */
export function defaultNamesOf(made: readonly ModuleValue[]): string[] {
  const counts = new Map<string, number>();
  return made.map((module) => {
    const name = module.args.keywords.get('name');
    const key = name ? keyOf(name) : null;
    if (key && 'name' in key) return key.name;
    const base = kerasName(lastPart(module.name));
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

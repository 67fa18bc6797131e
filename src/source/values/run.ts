import { importedFile, type PythonProgram } from '../program.js';
import type { Chunk } from '../python/pythonIndex.js';
import type { Syntax } from '../python/syntax.js';
import { evaluateCall } from './calls.js';
import { frameOf } from './classes.js';
import { evaluateExpression } from './expressions.js';
import { makeInstance } from './instances.js';
import { type Frame, Growth, type Interpreter } from './interpreter.js';
import { Scope } from './scope.js';
import { runStatement } from './statements.js';
import { type Arguments, type Instance, type ModuleValue, normalised, unknown, type Value } from './value.js';

/** Steps of one script's statement, function or constructor; what takes more trains a network or never ends. */
const stepsEach = 20_000;
const stepsInAll = 1_000_000;

export const noArguments: Arguments = { positional: [], places: [], keywords: new Map(), spans: new Map() };

/** Runs what a program's files define, when it is asked for. */
export function interpret(program: PythonProgram): Interpreter {
  const scopes = new Map<string, Scope>();
  const instances = new Map<string, Instance>();
  const identities = new Map<object, number>();
  let steps = 0;
  let limit = stepsEach;
  /** Gives what runs a number of steps of its own. */
  const bounded = <T>(body: () => T): T => {
    const [started, outer] = [steps, limit];
    limit = Math.min(steps + stepsEach, stepsInAll);
    try {
      return body();
    } finally {
      limit = outer + steps - started;
    }
  };

  /** Equal for calls whose objects are equal. */
  const signature = (value: Value, depth = 0): string => {
    if (value.kind === 'constant') return JSON.stringify(value.value);
    if (value.kind === 'list' && depth < 3)
      return `[${value.items.map((item) => (item.kind === 'one' ? signature(item.value, depth + 1) : '*')).join()}]`;
    if (['class', 'function', 'module', 'list', 'dict'].includes(value.kind)) return `#${identity(value)}`;
    return value.kind === 'external' ? value.name : '?';
  };
  const identity = (value: object): number => {
    const known = identities.get(value) ?? identities.size;
    identities.set(value, known);
    return known;
  };

  const run: Interpreter = {
    created: [],
    growth: new Growth(),
    evaluate: (node, frame) => (node && ++steps < limit ? evaluateExpression(node, frame, run) : unknown),
    run(statements, frame) {
      for (const statement of statements) {
        if (frame.ended || ++steps >= limit) return;
        runStatement(statement, frame, run);
      }
    },
    call: (node, frame) => evaluateCall(node, frame, run),
    bounded,
    instanceOf(module: ModuleValue) {
      if (module.instance || !module.class) return module.instance ?? null;
      const isOpen = module.args === noArguments;
      const { positional, keywords } = module.args;
      const given = [
        ...positional.map((value) => signature(value)),
        ...[...keywords].map(([k, v]) => `${k}=${signature(v)}`),
      ];
      const key = `${identity(module.class.syntax)}(${isOpen ? '…' : given.join()})`;
      module.instance = instances.get(key) ?? bounded(() => makeInstance(module, isOpen, run));
      instances.set(key, module.instance);
      return module.instance;
    },
    resolveImport: (frame, specifier) => importedFile(program, frame.file, specifier),
    fileScope(file) {
      let scope = scopes.get(file);
      if (!scope) {
        scope = new Scope(null);
        scopes.set(file, scope);
        fill(scope, file, program.files.get(file)?.chunks ?? []);
      }
      return scope;
    },
  };

  /** Classes and functions are parsed when they are asked for; the statements between them run now. */
  function fill(scope: Scope, file: string, chunks: readonly Chunk[]): void {
    const frame = (chunk: Chunk): Frame => ({ ...frameOf({ file, chunk, scope }), scope });
    const scripts: { chunk: Chunk; statements: () => readonly Syntax[] }[] = [];
    for (const chunk of chunks) {
      const name = definedName(chunk);
      if (name)
        scope.setLazily(name, () => {
          const inside = new Scope(scope);
          bounded(() => run.run(chunk.source.statements, { ...frame(chunk), scope: inside }));
          return inside.get(name) ?? unknown;
        });
      else scripts.push({ chunk, statements: () => chunk.source.statements });
    }
    for (const { chunk, statements } of scripts)
      for (const statement of statements()) bounded(() => run.run([statement], frame(chunk)));
  }
  return run;
}

/** The name of the class or function that a chunk defines. */
export function definedName({ source }: Chunk): string | null {
  const found = /^(?:class|def|async\s+def)\s+([^\W\d]\w*)/mu.exec(source.text);
  if (!found) return null;
  const before = source.text.slice(0, found.index);
  return before.trim() === '' || before.startsWith('@') ? normalised(found[1]) : null;
}

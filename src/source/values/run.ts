import { importedFile, type PythonProgram } from '../program.js';
import type { Chunk } from '../python/pythonIndex.js';
import { evaluateCall } from './calls.js';
import { frameOf } from './classes.js';
import { evaluateExpression } from './expressions.js';
import { makeInstance } from './instances.js';
import { type Frame, Growth, type Interpreter } from './interpreter.js';
import { Scope } from './scope.js';
import { escaped } from './strings.js';
import { runStatement } from './statements.js';
import { type Arguments, type Instance, type ModuleValue, normalised, unknown, type Value } from './value.js';

/** Steps of one script's statement, function or constructor; what takes more trains a network or never ends. */
const stepsEach = 20_000;
const stepsInAll = 1_000_000;

export const noArguments: Arguments = { positional: [], places: [], keywords: new Map(), spans: new Map() };

/** Runs what a program's files define, when it is asked for. */
export function interpret(program: PythonProgram): Interpreter {
  const files = new Map<string, FileScope>();
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
    get steps() {
      return steps;
    },
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
    fileScope: (file) => fileOf(file).scope,
    runScripts(file, test) {
      const { scripts, scope } = fileOf(file);
      for (const script of scripts) runScript(script, test, file, scope);
    },
  };

  const frame = (chunk: Chunk, file: string, scope: Scope): Frame => ({ ...frameOf({ file, chunk, scope }), scope });

  /** Classes and functions are parsed when they are asked for, and so is the script between them. */
  function fileOf(file: string): FileScope {
    const known = files.get(file);
    if (known) return known;
    const scripts: Script[] = [];
    const scope = new Scope(null, (name) => {
      const gives = givesName(name);
      for (const script of scripts) runScript(script, (text) => text.includes(name) && gives.test(text), file, scope);
    });
    const made = { scope, scripts };
    files.set(file, made);
    for (const chunk of program.files.get(file)?.chunks ?? []) {
      const name = definedName(chunk);
      if (!name) scripts.push({ chunk, done: new Set() });
      else
        scope.setLazily(name, () => {
          const inside = new Scope(scope);
          bounded(() => run.run(chunk.source.statements, frame(chunk, file, inside)));
          return inside.get(name) ?? unknown;
        });
    }
    for (const script of scripts) runScript(script, (text) => /import\s*\*/.test(text), file, scope);
    return made;
  }

  /** Runs those statements whose text passes; each once. */
  function runScript({ chunk, done }: Script, test: (text: string) => boolean, file: string, scope: Scope): void {
    const { text } = chunk.source;
    if (!test(text)) return;
    chunk.source.statements.forEach((statement, i) => {
      if (done.has(i) || !test(text.slice(statement.start, statement.end))) return;
      done.add(i);
      bounded(() => run.run([statement], frame(chunk, file, scope)));
    });
  }
  return run;
}

interface FileScope {
  scope: Scope;
  scripts: Script[];
}

interface Script {
  chunk: Chunk;
  /** Statements that have run. */
  done: Set<number>;
}

/** Text that may give a name its value, or change it. */
function givesName(name: string): RegExp {
  const word = `(?<![\\w.])${escaped(name)}(?!\\w)`;
  return new RegExp(
    [
      `${word}[^\\n=(]*=(?!=)`,
      `\\bimport\\b[^=]*?${word}`,
      `\\b(?:as|def|class|for)\\s[^\\n=]*?${word}`,
      `${word}(?:\\.\\w+)*\\.(?:append|extend|insert|update|add|add_module|register_module)\\(`,
    ].join('|'),
    'u',
  );
}

/** The name of the class or function that a chunk defines. */
export function definedName({ source }: Chunk): string | null {
  const found = /^(?:class|def|async\s+def)\s+([^\W\d]\w*)/mu.exec(source.text);
  if (!found) return null;
  const before = source.text.slice(0, found.index);
  return before.trim() === '' || before.startsWith('@') ? normalised(found[1]) : null;
}

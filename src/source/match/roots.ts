import type { PythonProgram } from '../program.js';
import { definedName } from '../values/run.js';
import type { Interpreter } from '../values/interpreter.js';
import { callFunction } from '../values/callFunction.js';
import { foreignBase } from '../values/classes.js';
import { type ClassValue, type ModuleValue, optionsOf, type Value } from '../values/value.js';
import { lastPart } from './fit.js';
import { below, type ModuleNode } from './moduleTree.js';

/** Every class of the program, also those inside functions; those the model can't have are left out unparsed. */
export function classesOf(program: PythonProgram, run: Interpreter, wanted: (text: string) => boolean): ClassValue[] {
  const found = new Map<ClassValue['syntax'], ClassValue>();
  for (const [file, { chunks }] of program.files) {
    const scope = run.fileScope(file);
    for (const chunk of chunks) {
      const { text } = chunk.source;
      if (!/\bclass\b/.test(text) || !wanted(text)) continue;
      const name = definedName(chunk);
      const value = name ? scope.get(name) : null;
      if (value?.kind === 'class') found.set(value.syntax, value);
      // Classes in an `if`, a `try` or a function.
      else
        for (const [, inner] of text.matchAll(/^\s*class\s+([^\W\d]\w*)/gmu)) {
          const made = scope.get(inner) ?? (value?.kind === 'function' ? innerClass(value, inner, run) : null);
          if (made?.kind === 'class') found.set(made.syntax, made);
        }
    }
  }
  return [...found.values()];
}

function innerClass(value: Extract<Value, { kind: 'function' }>, name: string, run: Interpreter): ClassValue | null {
  let found: ClassValue | null = null;
  const before = run.created.length;
  run.bounded(() => callFunction(value, null, [], 1, run));
  for (const module of run.created.slice(before)) if (module.class?.name === name) found = module.class;
  return found;
}

/** Whether a class is one whose objects a model can be: it extends something, and that is no plain Python class. */
export function isModuleClass(value: ClassValue, run: Interpreter): boolean {
  const base = foreignBase(value, run);
  if (base === null) return false;
  return !/^(Dataset|IterableDataset|Enum|IntEnum|Exception|\w*Error|ABC|Protocol|NamedTuple|TypedDict|dict|list|Callback|Optimizer|\w*Sampler|\w*Scheduler|LightningDataModule|TestCase|Generic)$/.test(
    lastPart(base),
  );
}

/**
 * Objects that the code makes of some classes, with their arguments, wherever a function or a script makes them.
 */
export function objectsOf(program: PythonProgram, classes: readonly ClassValue[], run: Interpreter): ModuleValue[] {
  const names = new RegExp(`\\b(?:${classes.map(({ name }) => name).join('|')})\\s*\\(`, 'u');
  if (classes.length === 0) return [];
  for (const [file, { chunks }] of program.files) {
    run.runScripts(file, (text) => names.test(text));
    for (const chunk of chunks) {
      const name = definedName(chunk);
      if (!name || !/^(@|def|async)/.test(chunk.source.text) || !names.test(chunk.source.text)) continue;
      const value = run.fileScope(file).get(name);
      if (value?.kind === 'function') run.bounded(() => callFunction(value, null, [], 1, run));
    }
  }
  const syntaxes = new Set(classes.map(({ syntax }) => syntax));
  return run.created.filter((module) => module.class && syntaxes.has(module.class.syntax));
}

const containers = /Sequential|ModuleList|ModuleDict/;

/** Modules that are no objects of a class of the code: `model = nn.Sequential(...)`, also inside a function. */
export function builtModules(program: PythonProgram, run: Interpreter): Value[] {
  const found: Value[] = [];
  for (const [file, { chunks }] of program.files) {
    const scope = run.fileScope(file);
    run.runScripts(file, (text) => containers.test(text));
    for (const chunk of chunks) {
      const name = definedName(chunk);
      if (!name || !containers.test(chunk.source.text) || chunk.source.text.startsWith('class')) continue;
      const value = scope.get(name);
      if (value?.kind === 'function')
        found.push(...optionsOf(run.bounded(() => callFunction(value, null, [], 1, run))));
    }
  }
  const made = run.created.filter(({ children, entries, class: own }) => (children ?? entries) && !own);
  return [...new Set([...made, ...found.filter(({ kind }) => kind === 'module')])];
}

/** Modules of the tree whose class the model's file names, and the classes of the code that may be meant. */
export function namedClasses(root: ModuleNode, classes: readonly ClassValue[]): [ModuleNode, ClassValue[]][] {
  const found: [ModuleNode, ClassValue[]][] = [];
  for (const node of below(root)) {
    if (node.class === null || node.class.startsWith('torch.')) continue;
    const named = classes.filter(({ name }) => name === lastPart(node.class!));
    const file = node.class.split('.').at(-2);
    const inFile = named.filter((one) => one.file.split(/[\\/]/).at(-1) === `${file}.py`);
    found.push([node, inFile.length > 0 ? inFile : named]);
  }
  return found;
}

import type { PythonProgram } from '../program.js';
import type { Interpreter } from '../values/interpreter.js';
import type { ClassValue, Value } from '../values/value.js';
import { bind, type Bindings, bestOf, noBindings } from './bind.js';
import { bindDefaultNames } from './defaultNames.js';
import { fitter } from './fit.js';
import { below, type ModuleNode } from './moduleTree.js';
import { openObject } from './openObject.js';
import { builtModules, classesOf, isModuleClass, namedClasses, objectsOf } from './roots.js';

/** A class that explains less of a model than this is not its class. */
const leastFit = 0.5;
/** A class of the file at hand that explains this much needs no rival. */
const goodFit = 0.8;
/** A class without a known place in the model is taken for a part that it fits this well. */
const partFit = 0.95;

/** Which code makes which module of the model: from the class of the model as a whole down to its leaves. */
export function findBindings(program: PythonProgram, root: ModuleNode, run: Interpreter): Bindings {
  return root.class === null ? byNames(program, root, run) : byClasses(program, root, run);
}

/** The file at hand by itself: where the network is in it, the files it imports need not be searched. */
const alone = ({ file, files }: PythonProgram): PythonProgram => ({ file, files: new Map([[file, files.get(file)!]]) });

const moduleClasses = (program: PythonProgram, run: Interpreter, wanted: RegExp): ClassValue[] =>
  classesOf(program, run, (text) => wanted.test(text)).filter((one) => isModuleClass(one, run));

/** Where the model's file names the class of each module. */
function byClasses(program: PythonProgram, root: ModuleNode, run: Interpreter): Bindings {
  const found = noBindings();
  const names = new Set(
    [...below(root)].map((node) => (node.class ?? '').split('.').at(-1)!).filter((name) => /^\w+$/u.test(name)),
  );
  const classes = moduleClasses(program, run, new RegExp(`\\bclass\\s+(?:${[...names].join('|')})(?!\\w)`, 'u'));
  const fits = fitter(run, () => classes);
  for (const [node, named] of namedClasses(root, classes)) {
    if (named.length === 0 || named.some(({ syntax }) => found.classes.get(syntax)?.nodes.has(node))) continue;
    const objects: Value[] = node === root ? [...objectsOf(alone(program), named, run)] : [];
    for (const value of bestOf([...objects, ...named.map(openObject)], (one) => fits.fit(one, node)))
      bind(node, value, found, fits, run);
  }
  return found;
}

/** Where there are names alone: the class, container or function whose modules have the model's names. */
function byNames(program: PythonProgram, root: ModuleNode, run: Interpreter): Bindings {
  const found = noBindings();
  const names = [...below(root)].map(({ name }) => name).filter((name) => /^[^\W\d]\w*$/u.test(name));
  const mentioned = `(?<!\\w)(?:${[...new Set(names)].join('|')})`;
  const wanted = names.length === 0 ? /(?:)/ : new RegExp(`${mentioned}|setattr|add_module|Sequential|super`, 'u');
  let everyClass: ClassValue[] | null = null;
  const fits = fitter(run, () => (everyClass ??= moduleClasses(program, run, wanted)));
  for (const part of program.files.size > 1 ? [alone(program), program] : [program]) {
    const classes = moduleClasses(part, run, wanted);
    const whole = [...objectsOf(part, classes, run), ...classes.map(openObject), ...builtModules(part, run)];
    const best = bestOf(whole, (value) => fits.fit(value, root)).filter(
      (value) => fits.fit(value, root) >= (part === program ? leastFit : goodFit),
    );
    for (const value of best) bind(root, value, found, fits, run);
    if (best.length > 0) return found;
    bindDefaultNames(part, root, classes, found, fits, run);
    if (found.made.size > 0) return found;
  }
  // The model's own class is elsewhere: classes that a part of the model fits.
  const parts = fits.classes().map(openObject);
  for (const node of below(root)) {
    if (node === root || node.children.size === 0) continue;
    const fitting = parts.filter((value) => fits.fit(value, node) >= partFit);
    for (const value of bestOf(fitting, (one) => fits.fit(one, node))) bind(node, value, found, fits, run);
  }
  return found;
}

import type { PythonProgram } from '../program.js';
import type { Interpreter } from '../values/interpreter.js';
import type { ClassValue, Value } from '../values/value.js';
import { bind, type Bindings, bestOf, noBindings, openObject } from './bind.js';
import { bindDefaultNames } from './defaultNames.js';
import { fitter } from './fit.js';
import { below, type ModuleNode } from './moduleTree.js';
import { builtModules, classesOf, isModuleClass, namedClasses, objectsOf } from './roots.js';

/** A class that explains less of a model than this is not its class. */
const leastFit = 0.5;
/** A class without a known place in the model is taken for a part that it fits this well. */
const partFit = 0.95;

/** Which code makes which module of the model: from the class of the model as a whole down to its leaves. */
export function findBindings(program: PythonProgram, root: ModuleNode, run: Interpreter): Bindings {
  const found = noBindings();
  const fits = fitter(run);
  const names = [...below(root)].map(({ name }) => name).filter((name) => /^[^\W\d]\w*$/u.test(name));
  const hasClasses = root.class !== null;
  const hasNames = new RegExp(`(?<![\\w])(?:${[...new Set(names)].join('|') || '(?!)'})`, 'u');
  const classes = classesOf(
    program,
    run,
    (text) =>
      hasClasses || names.length === 0 || hasNames.test(text) || /setattr|add_module|Sequential|super/.test(text),
  ).filter((one) => isModuleClass(one, run));
  const objects = (some: readonly ClassValue[]): Value[] => [...objectsOf(program, some, run), ...some.map(openObject)];
  const bindAll = (node: ModuleNode, values: readonly Value[]) => {
    for (const value of values) bind(node, value, found, fits, run, classes);
  };

  if (hasClasses) {
    for (const [node, named] of namedClasses(root, classes)) {
      if (named.length === 0 || named.some(({ syntax }) => found.classes.get(syntax)?.nodes.has(node))) continue;
      const isRoot = node === root;
      bindAll(
        node,
        bestOf(isRoot ? objects(named) : named.map(openObject), (value) => fits.fit(value, node)),
      );
    }
    return found;
  }
  const whole = [...objects(classes), ...builtModules(program, run)];
  const best = bestOf(whole, (value) => fits.fit(value, root)).filter((value) => fits.fit(value, root) >= leastFit);
  bindAll(root, best);
  if (best.length > 0) return found;
  bindDefaultNames(program, root, classes, found, fits, run);
  if (found.made.size > 0) return found;
  // The model's own class is elsewhere: classes that a part of the model fits.
  for (const node of below(root)) {
    if (node === root || node.children.size === 0) continue;
    const parts = classes.map(openObject).filter((value) => fits.fit(value, node) >= partFit);
    bindAll(
      node,
      bestOf(parts, (value) => fits.fit(value, node)),
    );
  }
  return found;
}

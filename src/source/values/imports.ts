import type { Syntax } from '../python/syntax.js';
import { type Frame, type Interpreter, textOf } from './interpreter.js';
import { type Value } from './value.js';

/** `import a.b as c`, `from .blocks import Block`: names of other files of the code, or of foreign packages. */
export function importStatement(node: Syntax, frame: Frame, run: Interpreter): void {
  if (node.type === 'import_statement') {
    for (const child of node.children) {
      const { name, alias } = child.type === 'aliased_import' ? child.fields : { name: child, alias: undefined };
      if (!name) continue;
      const module = textOf(name, frame);
      if (alias) frame.scope.setLazily(textOf(alias, frame), () => namespace(module, frame, run));
      else {
        const [top] = module.split('.');
        frame.scope.setLazily(top, () => namespace(top, frame, run));
      }
    }
    return;
  }
  const { module_name: moduleName } = node.fields;
  if (!moduleName) return;
  const module = textOf(moduleName, frame).replace(/\s/g, '');
  for (const child of node.children) {
    if (child === moduleName || child.start === moduleName.start) continue;
    if (child.type === 'wildcard_import') {
      const file = run.resolveImport(frame, module);
      if (file) frame.scope.lookAlsoIn((name) => run.fileScope(file).get(name));
      continue;
    }
    const { name, alias } = child.type === 'aliased_import' ? child.fields : { name: child, alias: undefined };
    if (!name) continue;
    const imported = textOf(name, frame);
    frame.scope.setLazily(alias ? textOf(alias, frame) : imported, () => member(module, imported, frame, run));
  }
}

function namespace(module: string, frame: Frame, run: Interpreter): Value {
  const file = run.resolveImport(frame, module);
  return file ? { kind: 'namespace', file } : { kind: 'external', name: module };
}

function member(module: string, name: string, frame: Frame, run: Interpreter): Value {
  const file = run.resolveImport(frame, module);
  const found = file && file !== frame.file ? run.fileScope(file).get(name) : null;
  if (found) return found;
  const submodule = run.resolveImport(frame, module.endsWith('.') ? `${module}${name}` : `${module}.${name}`);
  if (submodule) return { kind: 'namespace', file: submodule };
  return { kind: 'external', name: `${module.replace(/^\.+/, '')}.${name}` };
}

import type { PythonProgram } from '../program.js';
import type { Syntax } from '../python/syntax.js';
import type { Interpreter } from '../values/interpreter.js';
import { lineage, membersOf } from '../values/classes.js';
import { definedName } from '../values/run.js';
import type { Bindings } from './bind.js';
import type { ModuleNode } from './moduleTree.js';
import { findUses, mentions, type Names, type Use, type UseFinder } from './uses.js';

/** Uses in the file at hand: in methods through `self`, elsewhere through names that stand for the model. */
export function usesIn(program: PythonProgram, root: ModuleNode, found: Bindings, run: Interpreter): Use[] {
  const uses: Use[] = [];
  const child = (of: ModuleNode, name: string) => of.children.get(name) ?? found.aliases.get(of)?.get(name)?.node;
  for (const names of found.aliases.values())
    for (const { node, span } of names.values()) uses.push({ span, nodes: [node] });
  const { file } = program;
  const owners = new Map<Syntax, Set<ModuleNode>>();
  const models = new Set<string>();
  for (const { class: made, nodes } of found.classes.values()) {
    if (nodes.has(root)) models.add(made.name);
    for (const one of lineage(made, run)) {
      const own = owners.get(one.syntax) ?? new Set();
      nodes.forEach((node) => own.add(node));
      owners.set(one.syntax, own);
    }
  }
  for (const { class: made } of found.classes.values())
    for (const one of lineage(made, run)) {
      const nodes = owners.get(one.syntax);
      if (one.file !== file || !nodes) continue;
      owners.delete(one.syntax);
      for (const member of membersOf(one)) {
        if (member.type !== 'function_definition') continue;
        const self = member.fields.parameters?.children[0];
        // Also where the parameter is being typed.
        const names = [
          'self',
          ...(self?.type === 'identifier' ? [one.chunk.source.text.slice(self.start, self.end)] : []),
        ];
        findUses([member], new Map(names.map((name) => [name, [...nodes]])), {
          file,
          chunk: one.chunk,
          root,
          child,
          found: (use) => uses.push(use),
        });
      }
    }
  for (const name of found.builders) models.add(name);
  if (models.size > 0 || root.children.size > 0)
    outside(program, root, models, { child, root, found: (use) => uses.push(use) });
  return uses;
}

/** Scripts and functions: `model = Net()`, and the functions that it is handed to. */
function outside(
  program: PythonProgram,
  root: ModuleNode,
  models: ReadonlySet<string>,
  finder: Pick<UseFinder, 'child' | 'found' | 'root'>,
): void {
  const { file, files } = program;
  const chunks = files.get(file)?.chunks ?? [];
  const handed = new Map<string, Map<string | number, readonly ModuleNode[]>>();
  const called = (name: string, args: ReadonlyMap<string | number, readonly ModuleNode[]>) => {
    const known = handed.get(name) ?? new Map<string | number, readonly ModuleNode[]>();
    for (const [key, nodes] of args) if (!known.has(key)) known.set(key, nodes);
    handed.set(name, known);
  };
  const made = (callee: string) => (models.has(callee) ? [root] : null);
  const names = new Set([...models, 'get_submodule', 'get_layer']);
  let script: Names = new Map();
  const functions = new Map<string, { chunk: (typeof chunks)[number]; seen: string }>();
  for (const chunk of chunks) {
    const name = definedName(chunk);
    if (name) {
      if (!chunk.source.text.startsWith('class')) functions.set(name, { chunk, seen: '-' });
      continue;
    }
    if (!mentions(chunk, names) && ![...script.keys()].some((known) => chunk.source.text.includes(known))) continue;
    script = findUses(chunk.source.statements, script, { ...finder, file, chunk, called, made });
  }
  for (let round = 0; round < 4; round++)
    for (const [name, entry] of functions) {
      const args = handed.get(name);
      const seen = args ? [...args.keys()].join() : '';
      if (
        entry.seen === seen ||
        (!args && !mentions(entry.chunk, names) && !mentions(entry.chunk, new Set(script.keys())))
      )
        continue;
      entry.seen = seen;
      const { chunk } = entry;
      const [statement] = chunk.source.statements;
      const definition = statement?.type === 'decorated_definition' ? statement.fields.definition : statement;
      if (definition?.type !== 'function_definition') continue;
      const scope = new Map<string, readonly ModuleNode[]>(script);
      parametersOf(definition, chunk.source.text).forEach(({ name: parameter, annotation }, i) => {
        const given = args?.get(i) ?? args?.get(parameter) ?? (models.has(annotation) ? [root] : null);
        if (given) scope.set(parameter, given);
        else scope.delete(parameter);
      });
      findUses([definition], scope, { ...finder, file, chunk, called, made });
    }
}

function parametersOf(definition: Syntax, text: string): { name: string; annotation: string }[] {
  return (definition.fields.parameters?.children ?? []).map((parameter) => {
    const name = parameter.fields.name ?? (parameter.type === 'identifier' ? parameter : parameter.children[0]);
    const annotation = parameter.fields.type ? text.slice(parameter.fields.type.start, parameter.fields.type.end) : '';
    return { name: name ? text.slice(name.start, name.end) : '', annotation: annotation.replace(/["']/g, '') };
  });
}

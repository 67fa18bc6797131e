import type { Chunk } from '../python/pythonIndex.js';
import type { Syntax } from '../python/syntax.js';
import { escaped } from '../values/strings.js';
import type { Span } from '../values/value.js';
import type { ModuleNode } from './moduleTree.js';

/** Where code calls or names modules. */
export interface Use {
  span: Span;
  nodes: readonly ModuleNode[];
}

/** Names that stand for modules. */
export type Names = ReadonlyMap<string, readonly ModuleNode[]>;

export interface UseFinder {
  file: string;
  chunk: Chunk;
  found: (use: Use) => void;
  /** A child by a name of the code, which the model may have under another. */
  child: (of: ModuleNode, name: string) => ModuleNode | undefined;
  /** The model itself, whose modules a string may name. */
  root: ModuleNode;
  /** A function was called with modules. */
  called?: (name: string, args: ReadonlyMap<string | number, readonly ModuleNode[]>) => void;
  /** What a call of a class gives: `Net()` is the model. */
  made?: (callee: string) => readonly ModuleNode[] | null;
}

type Nodes = readonly ModuleNode[] | null;

/** Methods that hand their object back. */
const same = new Set(
  'to cuda cpu eval train float double half bfloat16 requires_grad_ share_memory compile'.split(' '),
);
const byString = new Set(['get_submodule', 'get_parameter', 'get_layer']);
const members = new Set('values children modules'.split(' '));
const wrappers = new Set('reversed list tuple iter compile DataParallel deepcopy script trace'.split(' '));

/** Finds the uses in some statements, given what names stand for when they begin; gives what they stand for at the end. */
export function findUses(statements: readonly Syntax[], names: Names, finder: UseFinder): Names {
  const scope = new Map(names);
  const text = finder.chunk.source.text;
  const textOf = (node: Syntax) => text.slice(node.start, node.end).normalize('NFKC');
  const use = (node: { start: number; end: number }, nodes: Nodes) => {
    if (nodes && nodes.length > 0)
      finder.found({ span: { file: finder.file, chunk: finder.chunk, start: node.start, end: node.end }, nodes });
  };

  function visit(node: Syntax | undefined, isTarget = false): Nodes {
    if (!node) return null;
    switch (node.type) {
      case 'identifier':
        return isTarget ? null : (scope.get(textOf(node)) ?? null);
      case 'attribute': {
        const { object, attribute } = node.fields;
        const owner = visit(object);
        if (!owner || !attribute) return null;
        const children = owner.flatMap((one) => finder.child(one, textOf(attribute)) ?? []);
        // `self.conv = ...` is where it is made.
        if (!isTarget || object?.type !== 'identifier') use(attribute, children);
        return children.length > 0 ? children : null;
      }
      case 'subscript':
        return subscript(node);
      case 'call':
        return call(node);
      case 'assignment':
        assign(node.fields.left, visit(node.fields.right));
        return null;
      case 'named_expression': {
        const value = visit(node.fields.value);
        assign(node.fields.name, value);
        return value;
      }
      case 'for_statement':
      case 'for_in_clause':
        loop(node.fields.left, node.fields.right);
        visit(node.fields.body);
        visit(node.fields.alternative);
        return null;
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        for (const child of node.children)
          if (child !== node.fields.body && child.start !== node.fields.body?.start) visit(child);
        return visit(node.fields.body);
      case 'parenthesized_expression':
      case 'await':
        return visit(node.children[0]);
      case 'conditional_expression': {
        const [then, test, otherwise] = node.children;
        visit(test);
        const either = [...(visit(then) ?? []), ...(visit(otherwise) ?? [])];
        return either.length > 0 ? either : null;
      }
      case 'class_definition':
        return null;
      case 'keyword_argument':
        visit(node.fields.value);
        return null;
      case 'function_definition':
      case 'lambda':
        // What can't be parsed stands beside the body.
        for (const child of node.children) if (child.type === 'ERROR') visit(child);
        visit(node.fields.body);
        return null;
      default:
        for (const child of node.children) visit(child);
        return null;
    }
  }

  function assign(target: Syntax | undefined, value: Nodes): void {
    if (!target) return;
    if (target.type === 'identifier') {
      if (value) scope.set(textOf(target), value);
      else scope.delete(textOf(target));
    } else visit(target, true);
  }

  /** `for block in self.blocks`, `for i, block in enumerate(self.blocks)`, `for name, head in self.heads.items()` */
  function loop(left: Syntax | undefined, right: Syntax | undefined): void {
    const { function: callee, arguments: args } = right?.type === 'call' ? right.fields : {};
    const name = callee && textOf(callee.fields.attribute ?? callee);
    const targets = left ? (left.type === 'identifier' ? [left] : left.children) : [];
    if (name === 'enumerate' && args) {
      assign(targets[0], null);
      assign(targets[1], inside(visit(args.children[0])));
    } else if (name === 'zip' && args) {
      args.children.forEach((arg, i) => assign(targets[i], inside(visit(arg))));
    } else if (callee?.type === 'attribute' && (name === 'items' || name === 'named_children')) {
      const owner = visit(callee.fields.object);
      assign(targets[0], null);
      assign(targets[1], inside(owner));
    } else {
      const owner = inside(visit(right));
      for (const target of targets) assign(target, targets.length === 1 ? owner : null);
    }
  }

  function subscript(node: Syntax): Nodes {
    const owner = visit(node.fields.value);
    const index = node.fields.subscript;
    if (index) visit(index);
    if (!owner || !index) return null;
    if (index.type === 'slice') return owner;
    const key = /^['"](.*)['"]$/s.exec(textOf(index))?.[1] ?? textOf(index);
    const isKey = index.type === 'string' || /^-?\d+$/.test(key);
    const children = owner.flatMap((one): ModuleNode[] => {
      if (!isKey) return [...one.children.values()];
      const exact = one.children.get(key.startsWith('-') ? String(lastIndex(one) + 1 + Number(key)) : key);
      return exact ? [exact] : [];
    });
    if (index.type === 'string') use(stringInside(index), children);
    return children.length > 0 ? children : null;
  }

  function call(node: Syntax): Nodes {
    const { function: callee, arguments: args } = node.fields;
    if (!callee || !args) return null;
    const name = textOf(callee.fields.attribute ?? callee);
    const owner = callee.type === 'attribute' ? visit(callee.fields.object) : null;
    if (callee.type === 'attribute' && owner)
      use(
        callee.fields.attribute!,
        owner.flatMap((one) => finder.child(one, name) ?? []),
      );
    const [first, second] = args.children;
    const given = args.children.map((arg) => visit(arg));
    if (byString.has(name) && first?.type === 'string') return byPath(first, owner ?? [finder.root]);
    if (name === 'getattr' && given[0] && second) return byName(second, given[0]);
    if (owner && same.has(name)) return owner;
    if (owner && members.has(name)) return owner;
    if (wrappers.has(name) && given[0]) return given[0];
    const known = new Map<string | number, readonly ModuleNode[]>();
    args.children.forEach((arg, i) => {
      const value = arg.type === 'keyword_argument' ? quietly(arg.fields.value) : given[i];
      if (value) known.set(arg.type === 'keyword_argument' && arg.fields.name ? textOf(arg.fields.name) : i, value);
    });
    if (known.size > 0) finder.called?.(name, known);
    return finder.made?.(name) ?? null;
  }

  /** The modules a plain name stands for. */
  const quietly = (node: Syntax | undefined): Nodes =>
    node?.type === 'identifier' ? (scope.get(textOf(node)) ?? null) : null;

  function byPath(string: Syntax, owner: readonly ModuleNode[]): Nodes {
    const span = stringInside(string);
    const nodes = owner.flatMap((one) => {
      let at: ModuleNode | undefined = one;
      for (const name of text.slice(span.start, span.end).split('.')) at = at?.children.get(name.normalize('NFKC'));
      return at ? [at] : [];
    });
    use(span, nodes);
    return nodes.length > 0 ? nodes : null;
  }

  /** `getattr(self, f"conv{i}")` */
  function byName(string: Syntax, owner: readonly ModuleNode[]): Nodes {
    if (string.type !== 'string') return null;
    const span = stringInside(string);
    const parts = string.children.filter(({ type }) => type === 'string_content' || type === 'interpolation');
    const pattern = parts.map((part) => (part.type === 'interpolation' ? '\\w+' : escaped(textOf(part)))).join('');
    const test = new RegExp(`^${pattern}$`, 'u');
    const nodes = owner.flatMap((one) => [...one.children.values()].filter(({ name }) => test.test(name)));
    use(span, nodes);
    return nodes.length > 0 ? nodes : null;
  }

  for (const statement of statements) visit(statement);
  return scope;
}

const inside = (nodes: Nodes): Nodes => {
  const children = nodes?.flatMap((one) => [...one.children.values()]) ?? [];
  return children.length > 0 ? children : null;
};

const lastIndex = (node: ModuleNode): number =>
  Math.max(-1, ...[...node.children.keys()].filter((name) => /^\d+$/.test(name)).map(Number));

function stringInside(node: Syntax): { start: number; end: number } {
  const parts = node.children.filter(({ type }) => type !== 'string_start' && type !== 'string_end');
  return parts.length > 0 ? { start: parts[0].start, end: parts[parts.length - 1].end } : node;
}

/** Text of chunks that can hold a use: a look that spares the parser. */
export const mentions = ({ source }: Chunk, names: ReadonlySet<string>): boolean => {
  // Listing all words of all parts is what takes time.
  for (const name of names) if (source.text.includes(name) && source.words.has(name)) return true;
  return false;
};

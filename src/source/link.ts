import type { Layer, ModelStructure } from '../shared/model.js';
import { findBindings } from './match/findBindings.js';
import { below, type ModuleNode, moduleTree } from './match/moduleTree.js';
import { modulesByOrder } from './match/order.js';
import { usesIn } from './match/usesIn.js';
import { withStatedUses } from './statedUses.js';
import type { PythonProgram } from './program.js';
import type { Span } from './values/value.js';
import { interpret } from './values/run.js';

/** A place in training code that makes or uses modules of a model. Lines and columns count from 1, columns in UTF-16 units. */
export interface CodePlace {
  line: number;
  column: number;
  endColumn: number;
  text: string;
  /** `definition`: where a module is made and named; `use`: where it is called or named. */
  kind: 'definition' | 'use';
  /** Module paths with layers in the model, in the model's order; for a container those inside it. */
  layers: string[];
  /** Names of these layers' tensors. */
  tensors: string[];
  /** `exact`: the model's metadata say so; `name`: names agree; `order`: by operator, shape and order alone. */
  certainty: Certainty;
  /** Of a definition: the modules that are made at this very place, without those inside them. */
  makes?: string[];
  /** Of a notebook, from 1. */
  cell?: number;
}

export type Certainty = 'exact' | 'name' | 'order';

export interface CodeLink {
  /** Of the file at hand, in the order of the text. */
  places: CodePlace[];
  /** Module paths of the model that no place was found for. */
  unmatched: string[];
  /** Where the modules are made, in the file at hand and those it imports. */
  definitions: ReadonlyMap<string, CodePlace[]>;
}

const links = new WeakMap<PythonProgram, WeakMap<ModelStructure, CodeLink>>();

/** Ties the layers of a model to the code that makes and uses them. */
export function linkCode(program: PythonProgram, structure: ModelStructure): CodeLink {
  // The model that belongs to a program was found by linking it.
  let known = links.get(program);
  if (!known) links.set(program, (known = new WeakMap()));
  let link = known.get(structure);
  if (!link) known.set(structure, (link = makeLink(program, structure)));
  return link;
}

function makeLink(program: PythonProgram, structure: ModelStructure): CodeLink {
  const named = modulesByOrder(program, structure, interpret(program));
  if (!named) return linkByName(program, structure);
  const { definitions, places, unmatched } = linkByName(program, named);
  const byOrder = (place: CodePlace): CodePlace => ({ ...place, certainty: 'order' });
  return {
    places: places.map(byOrder),
    unmatched,
    definitions: new Map([...definitions].map(([file, list]) => [file, list.map(byOrder)])),
  };
}

function linkByName(program: PythonProgram, structure: ModelStructure): CodeLink {
  const root = moduleTree(structure);
  const run = interpret(program);
  const found = findBindings(program, root, run);
  const order = new Map<Layer, number>(structure.layers.map((layer, i) => [layer, i]));
  const places = new Map<string, PlaceDraft>();
  const add = (span: Span, kind: CodePlace['kind'], nodes: Iterable<ModuleNode>) => {
    const key = `${span.file}:${span.chunk.cell}:${span.chunk.line}:${span.start}:${span.end}`;
    const draft = places.get(key) ?? { span, kind, nodes: new Set() };
    if (kind === 'definition') draft.kind = kind;
    for (const node of nodes) draft.nodes.add(node);
    places.set(key, draft);
  };
  for (const [node, spans] of found.made) for (const span of spans) add(span, 'definition', [node]);
  for (const { span, nodes } of usesIn(program, root, found, run)) add(span, 'use', nodes);

  const byFile = new Map<string, CodePlace[]>();
  for (const draft of places.values()) {
    const place = finished(draft, order, program.files.get(draft.span.file)?.isNotebook ?? false);
    if (!place) continue;
    const list = byFile.get(draft.span.file);
    if (list) list.push(place);
    else byFile.set(draft.span.file, [place]);
  }
  byFile.set(program.file, withStatedUses(program, structure, byFile.get(program.file) ?? []));
  for (const list of byFile.values()) list.sort(inOrder);
  const definitions = new Map(
    [...byFile].map(([file, list]) => [file, list.filter(({ kind }) => kind === 'definition')]),
  );
  return { places: byFile.get(program.file) ?? [], unmatched: unmatched(structure, root, found), definitions };
}

interface PlaceDraft {
  span: Span;
  kind: CodePlace['kind'];
  nodes: Set<ModuleNode>;
}

const inOrder = (a: CodePlace, b: CodePlace): number =>
  (a.cell ?? 0) - (b.cell ?? 0) || a.line - b.line || a.column - b.column || a.endColumn - b.endColumn;

function finished(
  { span, kind, nodes }: PlaceDraft,
  order: ReadonlyMap<Layer, number>,
  isNotebook: boolean,
): CodePlace | null {
  const paths = new Map<string, number>();
  const tensors = new Map<string, number>();
  for (const node of nodes) {
    if (node.layers.length === 0) for (const layer of node.foldedLayers) list(node, layer);
    for (const inside of below(node)) for (const layer of inside.layers) list(inside, layer);
  }
  function list(node: ModuleNode, layer: Layer) {
    const at = order.get(layer)!;
    paths.set(node.path, Math.min(at, paths.get(node.path) ?? Infinity));
    tensors.set(layer.name, at);
  }
  if (paths.size === 0) return null;
  const sorted = (map: Map<string, number>) => [...map].sort(([, a], [, b]) => a - b).map(([name]) => name);
  const isExact = [...nodes].every((node) => (node.parent ?? node).class !== null);
  return {
    ...position(span),
    ...(isNotebook ? { cell: span.chunk.cell + 1 } : {}),
    kind,
    ...(kind === 'definition' ? { makes: [...nodes].map(({ path }) => path) } : {}),
    layers: sorted(paths),
    tensors: sorted(tensors),
    certainty: isExact ? 'exact' : 'name',
  };
}

function position({ chunk, start, end }: Span): Pick<CodePlace, 'line' | 'column' | 'endColumn' | 'text'> {
  const { text, lineStarts } = chunk.source;
  let low = 0;
  for (let high = lineStarts.length; high - low > 1;) {
    const middle = (low + high) >> 1;
    if (lineStarts[middle] <= start) low = middle;
    else high = middle;
  }
  const lineEnd = lineStarts[low + 1] === undefined ? text.length : lineStarts[low + 1] - 1;
  // A callee over several lines (`nn\n.Conv2d`) ends with its first.
  const stop = Math.min(end, lineEnd);
  return {
    line: chunk.line + low + 1,
    column: start - lineStarts[low] + 1,
    endColumn: stop - lineStarts[low] + 1,
    text: text.slice(start, stop),
  };
}

function unmatched({ layers }: ModelStructure, root: ModuleNode, found: ReturnType<typeof findBindings>): string[] {
  const matched = new Set<ModuleNode>();
  for (const node of below(root)) {
    const isInside = node.parent !== null && found.opaque.has(node.parent) && matched.has(node.parent);
    if (isInside) found.opaque.add(node);
    if (found.made.has(node) || isInside) matched.add(node);
  }
  const paths = new Map([...below(root)].map((node) => [node.path, node]));
  const modules = new Set(layers.map(({ module }) => module).filter((module) => module !== null && module !== ''));
  return [...modules].filter((module): module is string => {
    const node = module === null ? undefined : paths.get(module);
    return module !== null && !(node && matched.has(node));
  });
}

/** The place at a position (from 1); the innermost of several. Null where there is none. */
export function placeAt(places: readonly CodePlace[], line: number, column: number, cell?: number): CodePlace | null {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    if ((place.cell ?? 0) < (cell ?? 0) || ((place.cell ?? 0) === (cell ?? 0) && place.line < line)) low = middle + 1;
    else high = middle;
  }
  let best: CodePlace | null = null;
  for (let i = low; i < places.length && places[i].line === line && places[i].cell === cell; i++) {
    const place = places[i];
    const isIn = place.column <= column && column <= place.endColumn;
    if (isIn && (!best || place.endColumn - place.column <= best.endColumn - best.column)) best = place;
  }
  return best;
}

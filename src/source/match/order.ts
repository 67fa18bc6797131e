import type { Layer, ModelStructure } from '../../shared/model.js';
import type { PythonProgram } from '../program.js';
import type { Interpreter } from '../values/interpreter.js';
import { type Item, type ModuleValue, type Value } from '../values/value.js';
import { openObject } from './openObject.js';
import { defaultNamesOf, madeInOrder } from './madeInOrder.js';
import { kindOfClass, kindOfOperator, type OperatorKind } from '../operatorKind.js';
import { builtModules, classesOf, isModuleClass, objectsOf } from './roots.js';
import { statedUnits } from './units.js';

/** A module without modules inside, with the path that the code gives it. */
interface Leaf {
  path: string;
  module: ModuleValue;
  kind: OperatorKind;
}

const learned: ReadonlySet<OperatorKind> = new Set(['convolution', 'transposed', 'linear', 'recurrent']);
/** Repetitions that the code leaves open are tried up to this often. */
const mostRounds = 24;
/** A model whose names are kept for more of its layers than this is matched by its names. */
const leastLost = 0.5;

/**
 * The model's structure with the module paths that an exporter lost, where the code makes the same layers in the same order:
 * as many with learned weights, of the same kinds and sizes, and no name that says otherwise. Null where it does not.
 */
export function modulesByOrder(
  program: PythonProgram,
  structure: ModelStructure,
  run: Interpreter,
): ModelStructure | null {
  const wanted = structure.layers.filter(({ op }) => learned.has(kindOfOperator(op)!));
  const lost = wanted.filter(({ module }) => !module).length;
  if (wanted.length === 0 || lost / wanted.length <= leastLost) return null;
  const named = madeInOrder(program, run).map(namedLeaves);
  const sequences = [...named, ...classSequences(program, wanted.length, run)];
  let best: { paths: Map<Layer, string>; score: number } | null = null;
  for (const leaves of sequences) {
    if (leaves.filter(({ kind }) => learned.has(kind)).length !== wanted.length) continue;
    const found = aligned(leaves, structure.layers);
    if (wanted.every((layer) => found.paths.has(layer)) && (!best || found.score > best.score)) best = found;
  }
  if (!best) return null;
  const { paths } = best;
  return {
    ...structure,
    layers: structure.layers.map((layer) => (paths.has(layer) ? { ...layer, module: paths.get(layer)! } : layer)),
  };
}

/** What the classes and containers of the code are made of. */
function* classSequences(program: PythonProgram, count: number, run: Interpreter): Generator<Leaf[]> {
  const classes = classesOf(program, run, () => true).filter((one) => isModuleClass(one, run));
  const roots = [...objectsOf(program, classes, run), ...classes.map(openObject), ...builtModules(program, run)];
  for (const root of roots)
    for (let rounds = 1; rounds <= mostRounds; rounds++) {
      const open = { rounds, met: false };
      const leaves = leavesOf(root, '', open, run, 0);
      const learnedLeaves = leaves.filter(({ kind }) => learned.has(kind)).length;
      if (learnedLeaves === count) {
        yield leaves;
        break;
      }
      if (!open.met || learnedLeaves > count) break;
    }
}

function leavesOf(
  value: Value,
  path: string,
  open: { rounds: number; met: boolean },
  run: Interpreter,
  depth: number,
): Leaf[] {
  if (depth > 24) return [];
  const inside = (child: Value, name: string) =>
    leavesOf(child, path === '' ? name : `${path}.${name}`, open, run, depth + 1);
  const sequence = (items: readonly Item[]) =>
    spreadOut(items, open).flatMap((item, i) =>
      inside(item.value, item.key && 'name' in item.key ? item.key.name : String(i)),
    );
  if (value.kind === 'choice') return leavesOf(value.options[0], path, open, run, depth + 1);
  if (value.kind === 'list') return sequence(value.items);
  if (value.kind !== 'module') return [];
  const instance = run.instanceOf(value);
  const list = instance?.children ?? value.children;
  const entries = instance?.entries ?? value.entries;
  const leaves = [
    ...(list ? sequence(list.items) : []),
    ...(entries?.entries ?? []).flatMap(({ key, value: child }) => ('name' in key ? inside(child, key.name) : [])),
    ...[...(instance?.attributes ?? [])].flatMap(([name, [first]]) =>
      first.value.kind === 'module' || first.value.kind === 'choice' ? inside(first.value, name) : [],
    ),
  ];
  if (leaves.length > 0 || instance) return leaves;
  const kind = kindOfClass(value.name);
  return kind && path !== '' ? [{ path, module: value, kind }] : [];
}

function spreadOut(items: readonly Item[], open: { rounds: number; met: boolean }): Extract<Item, { kind: 'one' }>[] {
  return items.flatMap((item) => {
    if (item.kind === 'one') return [item];
    if (item.kind === 'either') return spreadOut(item.branches[0], open);
    if (item.count === null) open.met = true;
    const once = spreadOut(item.items, open);
    return Array.from({ length: Math.min(item.count ?? open.rounds, 256) }, () => once).flat();
  });
}

/** Classes of Keras and Haiku, whose layers have names of their own; PyTorch's have those of attributes. */
const namedByCall = /\b(keras|layers|haiku|hk)\.|(^|\.)(Dense|\w+[123]D|\w+Normalization|Activation)$/;

function namedLeaves(made: readonly ModuleValue[]): Leaf[] {
  const names = defaultNamesOf(made);
  return made.flatMap((module, i) => {
    const kind = kindOfClass(module.name);
    return kind && namedByCall.test(module.name) ? [{ path: names[i], module, kind }] : [];
  });
}

/** The pairs of a longest common sequence; what has learned weights counts most, and more where the sizes agree. */
function aligned(leaves: readonly Leaf[], layers: readonly Layer[]): { paths: Map<Layer, string>; score: number } {
  const width = layers.length + 1;
  const scores = new Float64Array((leaves.length + 1) * width);
  const gain = leaves.map((leaf) => layers.map((layer) => agreement(leaf, layer)));
  for (let i = leaves.length - 1; i >= 0; i--)
    for (let j = layers.length - 1; j >= 0; j--) {
      const pair = gain[i][j] > 0 ? gain[i][j] + scores[(i + 1) * width + j + 1] : 0;
      scores[i * width + j] = Math.max(pair, scores[(i + 1) * width + j], scores[i * width + j + 1]);
    }
  const paths = new Map<Layer, string>();
  for (let i = 0, j = 0; i < leaves.length && j < layers.length;) {
    const here = scores[i * width + j];
    if (gain[i][j] > 0 && here === gain[i][j] + scores[(i + 1) * width + j + 1]) {
      paths.set(layers[j], leaves[i].path);
      i++;
      j++;
    } else if (here === scores[(i + 1) * width + j]) i++;
    else j++;
  }
  return { paths, score: scores[0] };
}

function agreement({ path, module, kind }: Leaf, layer: Layer): number {
  if (kindOfOperator(layer.op) !== kind || (layer.module && layer.module !== path)) return 0;
  if (!learned.has(kind)) return 1;
  const units = statedUnits(module);
  if (units === null || layer.units === null) return 8;
  return units === layer.units ? 10 : 0;
}

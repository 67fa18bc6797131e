import type { Layer, ModelStructure } from '../../shared/model.js';

/** The modules of a model as its file names them, as a tree. */
export interface ModuleNode {
  /** As the model has it: `layer1.0.conv1`, `block/conv2d`; empty for the model itself. */
  path: string;
  name: string;
  parent: ModuleNode | null;
  children: Map<string, ModuleNode>;
  /** Layers of this very module, in the model's order. */
  layers: Layer[];
  /** Layers that another module was folded into: a convolution with its batch norm. */
  foldedLayers: Layer[];
  /** The class as the exporter wrote it (`net.Block`); null where it wrote none. */
  class: string | null;
}

const leaf = (path: string, name: string, parent: ModuleNode | null): ModuleNode => ({
  path,
  name,
  parent,
  children: new Map(),
  layers: [],
  foldedLayers: [],
  class: null,
});

export function moduleTree({ layers, modules = [] }: ModelStructure): ModuleNode {
  const root = leaf('', '', null);
  for (const { path, class: name } of modules) nodeAt(root, path).class = name;
  for (const layer of layers) {
    if (layer.module) nodeAt(root, layer.module).layers.push(layer);
    else if (layer.module === '' || layer.stack) root.layers.push(layer);
    for (const alias of layer.aliases ?? []) nodeAt(root, alias).foldedLayers.push(layer);
  }
  return root;
}

function nodeAt(root: ModuleNode, path: string): ModuleNode {
  let node = root;
  for (const { 0: segment, index } of path.matchAll(/[^./]+/g)) {
    // `~` is Haiku's mark of a constructor.
    if (segment.startsWith('~')) continue;
    const name = segment.normalize('NFKC');
    let child = node.children.get(name);
    if (!child) {
      child = leaf(path.slice(0, index + segment.length), name, node);
      node.children.set(name, child);
    }
    node = child;
  }
  return node;
}

/** The node and all below it, parents first. */
export function* below(node: ModuleNode): Generator<ModuleNode> {
  yield node;
  for (const child of node.children.values()) yield* below(child);
}

const counts = new WeakMap<ModuleNode, number>();

/** Layers of the node and of all below it. */
export function layerCount(node: ModuleNode): number {
  let count = counts.get(node);
  if (count === undefined) {
    count = node.layers.length;
    for (const child of node.children.values()) count += layerCount(child);
    counts.set(node, count);
  }
  return count;
}

import type { Layer, ModelStructure } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { describeTensor } from './layers.js';
import { nearest } from './nearest.js';
import { modelOf } from './structure.js';

/** How many names a refusal lists. */
const listed = 5;

/**
 * The layer of that name: a tensor's, a node's or a module's path in the training code, looked for in this order; last
 * any other tensor or node of the model (a Concat, a pool), which is a layer where the user says so. Where a module has several layers in itself (a block that ends in an addition), that is its last one; a module that is
 * called in several places is ambiguous, as is a container that only holds others.
 *
 * @throws UserError where nothing fits (with the nearest names) or several do (with all of them)
 */
export function findLayer(structure: ModelStructure, name: string): Layer {
  const { layers } = structure;
  const byTensor = layers.find((layer) => layer.name === name);
  if (byTensor) {
    return byTensor;
  }
  const byNode = layers.filter((layer) => layer.node === name && layer.node !== '');
  if (byNode.length > 0) {
    return only(name, byNode);
  }
  const wanted = name.normalize('NFKC');
  const byModule = layers.filter((layer) => layer.module?.normalize('NFKC') === wanted);
  if (byModule.length > 0) {
    return lastOfModule(name, byModule);
  }
  const byAlias = layers.filter((layer) => layer.aliases?.includes(wanted));
  if (byAlias.length > 0) {
    return only(name, byAlias);
  }
  const inside = layers.filter((layer) => layer.module?.startsWith(`${name}.`));
  if (inside.length > 0) {
    return only(name, inside);
  }
  const other = otherTensor(structure, name);
  if (other) {
    return other;
  }
  const names = [...new Set(layers.flatMap((layer) => [layer.module ?? layer.name, layer.name, layer.node]))];
  const near = nearest(
    name,
    names.filter((candidate) => candidate !== ''),
    listed,
  );
  throw new UserError(`no layer is called "${clip(name)}"`, {
    hint: near.length > 0 ? `did you mean ${near.map(quoted).join(', ')}?` : 'onnxplain inspect lists the layers',
    code: 'layer/not-found',
  });
}

function otherTensor(structure: ModelStructure, name: string): Layer | null {
  const model = modelOf(structure);
  const node = model?.graph.nodes.find((candidate) => candidate.name === name || candidate.outputs.includes(name));
  if (!model || !node || name === '') {
    return null;
  }
  return describeTensor(model, node.outputs.includes(name) ? name : node.outputs[0]);
}

/** The same operator twice is the module called twice; different ones are its steps, of which the last is its result. */
function lastOfModule(name: string, layers: Layer[]): Layer {
  const last = layers[layers.length - 1];
  const calls = layers.filter((layer) => layer.op === last.op);
  return calls.length > 1 && !isBlock(layers) ? only(name, layers) : last;
}

/** A block that adds twice (attention and MLP of a transformer) is still called once: its sums have no weights. */
const isBlock = (layers: Layer[]): boolean => layers.every((layer) => layer.op === 'Add' || layer.op === 'Sum');

function only(name: string, layers: Layer[]): Layer {
  if (layers.length === 1) {
    return layers[0];
  }
  const shown = layers.slice(0, 2 * listed).map((layer) => quoted(layer.name));
  const more = layers.length > shown.length ? ` and ${layers.length - shown.length} more` : '';
  throw new UserError(`"${clip(name)}" fits ${layers.length} layers`, {
    hint: `name one of ${shown.join(', ')}${more}`,
    code: 'layer/ambiguous',
  });
}

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
const quoted = (text: string): string => `"${clip(text)}"`;

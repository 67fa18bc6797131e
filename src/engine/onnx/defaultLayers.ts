import type { Layer } from '../../shared/model.js';
import { expressionsOf } from './expressions.js';
import { indexOf } from './graphIndex.js';
import { type FoundLayer, layersOf } from './layers.js';
import type { Node, OnnxModel } from './model.js';
import { kindOf, passing } from './operators.js';

/**
 * The layers worth explaining, each once: every activation, and every convolution, linear, recurrent or attention layer
 * that no activation follows directly. A convolution, its batch norm and its activation are one layer to the user: the
 * activation's output stands for them, or the batch norm's where no activation follows. A Softmax at the end is no
 * layer. In a model that has none of these, all its layers.
 */
export function defaultLayers(model: OnnxModel): Layer[] {
  const all = layersOf(model);
  const stands = new Set<FoundLayer>();
  const byOutput = new Map(all.map((found) => [found.layer.name, found]));
  for (const found of all) {
    if (found.kind === 'activation' && isLastActivation(model, found, byOutput)) {
      stands.add(found);
    } else if (['convolution', 'linear', 'recurrent', 'attention', 'function'].includes(found.kind)) {
      const end = normalised(model, found, byOutput);
      if (!isActivated(model, end.layer.name)) {
        stands.add(end);
      }
    }
  }
  return (stands.size > 0 ? all.filter((found) => stands.has(found)) : all).map(({ layer }) => layer);
}

/** In a chain of element-wise functions only the last activation. */
function isLastActivation(model: OnnxModel, found: FoundLayer, byOutput: ReadonlyMap<string, FoundLayer>): boolean {
  const index = indexOf(model);
  const { root } = expressionsOf(model);
  let tensor = found.layer.name;
  for (;;) {
    const next: Node | undefined = index.consumers(tensor).find((node) => root(node.outputs[0]) === root(tensor));
    if (!next) {
      return true;
    }
    tensor = next.outputs[0];
    if (byOutput.get(tensor)?.kind === 'activation') {
      return false;
    }
  }
}

/** The norm behind a layer, where it is the only one that uses the layer. */
function normalised(model: OnnxModel, found: FoundLayer, byOutput: ReadonlyMap<string, FoundLayer>): FoundLayer {
  const behind = directlyBehind(model, found.layer.name);
  const norm = behind?.length === 1 && /^(Batch|Instance|Group)Norm/.test(behind[0].op) ? behind[0] : null;
  return (norm && byOutput.get(norm.outputs[0])) ?? found;
}

/** Whether everything that uses the tensor is an activation of it. */
function isActivated(model: OnnxModel, tensor: string): boolean {
  const behind = directlyBehind(model, tensor);
  const { root, isActivated: hasActivation } = expressionsOf(model);
  return (
    behind !== null &&
    behind.length > 0 &&
    behind.every((node) => {
      const output = node.outputs[0];
      return kindOf(node) === 'activation' || (root(output) === root(tensor) && becomesActivated(output));
    })
  );

  function becomesActivated(output: string): boolean {
    const index = indexOf(model);
    const seen = new Set<string>([output]);
    for (const at of seen) {
      if (hasActivation(at)) {
        return true;
      }
      for (const node of index.consumers(at)) {
        if (root(node.outputs[0]) === root(output)) {
          seen.add(node.outputs[0]);
        }
      }
    }
    return false;
  }
}

/** The nodes that use a tensor, seen through casts, dropouts and quantisation; null where it is also an output. */
function directlyBehind(model: OnnxModel, tensor: string): Node[] | null {
  const index = indexOf(model);
  const behind: Node[] = [];
  const seen = new Set([tensor]);
  for (const at of seen) {
    if (index.outputs.has(at)) {
      return null;
    }
    for (const node of index.consumers(at)) {
      if (passing.has(node.op)) {
        seen.add(node.outputs[0]);
      } else {
        behind.push(node);
      }
    }
  }
  return behind;
}

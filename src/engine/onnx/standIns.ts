import { defaultLayers } from './defaultLayers.js';
import { indexOf } from './graphIndex.js';
import { layersOf } from './layers.js';
import type { OnnxModel } from './model.js';

/** Nodes between a layer and its activation: a norm, casts, the parts of a composite function. */
const farthest = 12;

/**
 * Which layer stands for another one where neurons are explained: a convolution's or linear layer's activation, by tensor
 * names. Only where all that uses the layer leads to that one alone, past norms and element-wise functions.
 */
export function standIns(model: OnnxModel): ReadonlyMap<string, string> {
  const index = indexOf(model);
  const explained = new Set(defaultLayers(model).map(({ name }) => name));
  const kinds = new Map(layersOf(model).map(({ layer, kind }) => [layer.name, kind]));
  const found = new Map<string, string>();
  for (const { layer } of layersOf(model)) {
    const standIn = explained.has(layer.name) ? null : behind(layer.name);
    if (standIn !== null) found.set(layer.name, standIn);
  }
  return found;

  function behind(tensor: string): string | null {
    const ends = new Set<string>();
    const seen = new Set([tensor]);
    for (const at of seen) {
      if (index.outputs.has(at) || seen.size > farthest) return null;
      for (const { outputs } of index.consumers(at)) {
        const [output] = outputs;
        if (explained.has(output)) ends.add(output);
        // Behind another layer the units are others.
        else if (['convolution', 'linear', 'residual', 'recurrent', 'attention'].includes(kinds.get(output) ?? ''))
          return null;
        else seen.add(output);
      }
    }
    const [end] = ends;
    const isActivation = ends.size === 1 && ['activation', 'norm'].includes(kinds.get(end) ?? '');
    return isActivation ? end : null;
  }
}

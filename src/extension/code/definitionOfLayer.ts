import type { Layer } from '../../shared/model.js';
import type { CodePlace } from '../../source/index.js';

/**
 * The places that make a layer: its module's own, or where no line makes that (it is a part of a module of PyTorch's) those
 * of the nearest module around it. Several where the code may make it at either.
 */
export function definitionsOfLayer<P extends CodePlace>(places: readonly P[], { name, module }: Layer): P[] {
  const around = places.filter(({ kind, tensors }) => kind === 'definition' && tensors.includes(name));
  for (const path of withAncestors(module ?? '')) {
    const making = around.filter(({ makes }) => makes?.includes(path));
    if (making.length > 0) return making;
  }
  return [];
}

export const definitionOfLayer = <P extends CodePlace>(places: readonly P[], layer: Layer): P | null =>
  definitionsOfLayer(places, layer)[0] ?? null;

/** `layer1.0.conv1`, `layer1.0`, `layer1`; Keras' paths have slashes. */
function* withAncestors(module: string): Generator<string> {
  for (let path = module; path !== ''; path = path.slice(0, Math.max(0, path.search(/[./][^./]*$/)))) yield path;
}

import type { Layer } from '../../shared/model.js';
import type { CodePlace } from '../../source/index.js';

const rank: Record<CodePlace['certainty'], number> = { exact: 0, name: 1, order: 2 };

/**
 * The places that make a layer, without those that only make something around it: the most certain ones, of these those
 * that make the layer's own module (and not a batch norm that was folded into it), of these those that make the fewest
 * layers. Several where one class is used at several places under several names.
 */
export function definitionsOfLayer(places: readonly CodePlace[], { name, module }: Layer): CodePlace[] {
  const making = places.filter(({ kind, tensors }) => kind === 'definition' && tensors.includes(name));
  const costs = [
    (place: CodePlace) => rank[place.certainty],
    (place: CodePlace) => (module === null || place.layers.includes(module) ? 0 : 1),
    (place: CodePlace) => place.tensors.length,
  ];
  return costs.reduce((left, cost) => {
    const least = Math.min(...left.map(cost));
    return left.filter((place) => cost(place) === least);
  }, making);
}

export const definitionOfLayer = (places: readonly CodePlace[], layer: Layer): CodePlace | null =>
  definitionsOfLayer(places, layer)[0] ?? null;

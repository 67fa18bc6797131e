import type { Layer } from '../../shared/model.js';

/** Sizes of a layer's axes of places as the structure says them; null where it does not. */
export function statedPlaces({ shape, unitAxis }: Layer): number[] | null {
  const places = shape?.filter((_, axis) => axis !== 0 && axis !== unitAxis);
  if (!places || unitAxis === null) return null;
  return places.every((size): size is number => typeof size === 'number') ? places : null;
}

import { thresholdBytes, unitStatistics, type UnitStatistics } from '../unit/index.js';
import type { MeasuredLayer } from './activations.js';
import type { MeasureOptions } from './measureGroup.js';

/**
 * Range, moments, exact threshold and strongest inputs of every unit that is wanted, in one pass over the samples; where the
 * thresholds of a layer's units need more than the memory allowed, in a pass for every so many of them.
 */
export async function groupStatistics(
  group: readonly MeasuredLayer[],
  { activations, rule, select, memory, signal, onProgress }: MeasureOptions,
): Promise<Map<MeasuredLayer, UnitStatistics[]>> {
  const { samples } = activations;
  const parts = new Map(
    group.map((layer) => {
      const bytes = thresholdBytes(rule(layer), samples * layer.height * layer.width);
      return [layer, inParts(select(layer), Math.max(1, Math.floor(memory / bytes)))];
    }),
  );
  const found = new Map<MeasuredLayer, UnitStatistics[]>(group.map((layer) => [layer, []]));
  const passes = Math.max(...[...parts.values()].map(({ length }) => length));
  for (let pass = 0; pass < passes; pass++) {
    const layers = group.filter((layer) => pass < parts.get(layer)!.length);
    const reducers = new Map(
      layers.map((layer) => [
        layer,
        unitStatistics({
          units: layer.units,
          select: parts.get(layer)![pass],
          positionsPerSample: layer.height * layer.width,
          samples,
          threshold: rule(layer),
          memory,
        }),
      ]),
    );
    await activations.pass(
      layers,
      (layer, batch) => reducers.get(layer)!.add(batch),
      signal,
      (done, total) => onProgress(0, Math.floor((pass * total + done) / passes), total),
    );
    for (const [layer, reducer] of reducers) found.get(layer)!.push(...reducer.result());
  }
  return found;
}

/** A list in parts of at most so many; at least one part. */
function inParts(list: readonly number[], most: number): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at === 0 || at < list.length; at += most) parts.push(list.slice(at, at + most));
  return parts;
}

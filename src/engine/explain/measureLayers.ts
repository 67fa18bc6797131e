import type { Layer } from '../../shared/model.js';
import type { ProbeSet } from '../probe/index.js';
import { streamActivations, tokenGrid, type Session } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import type { MeasuredLayer } from './activations.js';

/**
 * Runs one sample, to learn the layers' real shapes, and which rows of tokens are a picture's patches. Layers that give
 * nothing (an axis of size 0) are left out.
 */
export async function measureLayers(
  session: Session,
  probe: ProbeSet,
  layers: readonly Layer[],
  signal: AbortSignal,
): Promise<MeasuredLayer[]> {
  const shapes = new Map<string, number[]>();
  const batches = new Map<string, ActivationBatch>();
  const watched: Session = {
    ...session,
    async run(feeds, fetch) {
      const outputs = await session.run(feeds, fetch);
      for (const [name, { dims }] of Object.entries(outputs)) shapes.set(name, [1, ...dims.slice(1)]);
      return outputs;
    },
  };
  await streamActivations({
    session: watched,
    probe,
    samples: 1,
    signal,
    layers: layers.map(({ name, unitAxis }) => ({ name, unitAxis })),
    onBatch: (name, batch) => void batches.set(name, batch),
  });
  return layers.flatMap((layer) => {
    const { units, height, width } = batches.get(layer.name)!;
    const shape = shapes.get(layer.name)!;
    if (units * height * width === 0) return [];
    const isTokens = probe.kind === 'images' && shape.length === 3 && height === 1 && layer.unitAxis !== 1;
    const grid = isTokens ? tokenGrid(width) : null;
    return [
      {
        layer,
        shape,
        units,
        height: grid?.height ?? height,
        width: grid?.width ?? width,
        stream: { name: layer.name, unitAxis: layer.unitAxis, ...(grid && { grid }) },
      },
    ];
  });
}

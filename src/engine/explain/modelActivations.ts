import type { Layer } from '../../shared/model.js';
import type { ProbeSet } from '../probe/index.js';
import { streamActivations, tokenGrid, type Session } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import type { Activations, MeasuredLayer } from './activations.js';

/** Outputs of one run, per sample: layers are run together up to this much, so that batches stay worthwhile. */
const bytesPerSample = 16 << 20;

/**
 * Activations from running a model over a probe set. What one pass saw is kept for the next where it fits into
 * `keepBytes`: statistics need two passes, and small models spend more on running than on measuring.
 */
export async function modelActivations(
  session: Session,
  probe: ProbeSet,
  layers: Layer[],
  samples: number,
  keepBytes: number,
  signal: AbortSignal,
): Promise<Activations> {
  const measured = await measure(session, probe, layers, signal);
  const kept = new Map<string, ActivationBatch[]>();
  let keptBytes = 0;
  const run: Activations['pass'] = async (wanted, onBatch, stop, onProgress) => {
    const missing = wanted.filter(({ layer }) => !kept.has(layer.name));
    const fresh = new Map<string, ActivationBatch[] | null>(missing.map(({ layer }) => [layer.name, []]));
    if (missing.length > 0) {
      const byName = new Map(missing.map((layer) => [layer.layer.name, layer]));
      await streamActivations({
        session,
        probe,
        samples,
        signal: stop,
        layers: missing.map(({ stream }) => stream),
        onProgress,
        onBatch(name, batch) {
          const batches = fresh.get(name);
          if (batches) {
            if (keptBytes + batch.values.byteLength <= keepBytes) {
              keptBytes += batch.values.byteLength;
              batches.push(batch);
            } else {
              keptBytes -= batches.reduce((sum, { values }) => sum + values.byteLength, 0);
              fresh.set(name, null);
            }
          }
          onBatch(byName.get(name)!, batch);
        },
      });
      for (const [name, batches] of fresh) if (batches) kept.set(name, batches);
    }
    for (const layer of wanted) {
      if (missing.includes(layer)) continue;
      for (const batch of kept.get(layer.layer.name)!) {
        stop.throwIfAborted();
        onBatch(layer, batch);
        await new Promise(setImmediate);
      }
      onProgress(samples, samples);
    }
  };
  return { samples, layers: measured, groups: groupBySize(measured), pass: run, close: () => session.release() };
}

/** Runs one sample, to learn the layers' real shapes, and which rows of tokens are a picture's patches. */
async function measure(
  session: Session,
  probe: ProbeSet,
  layers: Layer[],
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
    const tokens = probe.kind === 'images' && shape.length === 3 && height === 1 && layer.unitAxis !== 1;
    const grid = tokens ? tokenGrid(width) : null;
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

function groupBySize(layers: MeasuredLayer[]): MeasuredLayer[][] {
  const groups: MeasuredLayer[][] = [];
  let bytes = Infinity;
  for (const layer of layers) {
    const size = 4 * layer.units * layer.height * layer.width;
    if (bytes + size > bytesPerSample) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(layer);
    bytes += size;
  }
  return groups;
}

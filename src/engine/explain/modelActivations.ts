import type { Layer } from '../../shared/model.js';
import type { ProbeSet } from '../probe/index.js';
import { streamActivations, type Session } from '../runtime/index.js';
import type { Activations, MeasuredLayer } from './activations.js';
import { KeptBatches } from './keptBatches.js';
import { layerSessions, statedBytes } from './layerSessions.js';
import { measureLayers } from './measureLayers.js';
import type { MemoryShares } from './memoryShares.js';

export interface ModelActivationsOptions {
  /** Opens a session that gives these tensors. */
  open: (outputs: string[]) => Promise<Session>;
  /** How many nodes of the model compute these tensors. */
  nodes: (outputs: readonly string[]) => number;
  probe: ProbeSet;
  layers: readonly Layer[];
  samples: number;
  memory: MemoryShares;
  signal: AbortSignal;
}

/** Activations from running a model over a probe set. */
export async function modelActivations(options: ModelActivationsOptions): Promise<Activations> {
  const { open, nodes, probe, samples, memory, signal } = options;
  const sessions = layerSessions(options.layers, memory.kept, open, nodes);
  const layers: MeasuredLayer[] = [];
  try {
    for (const some of neighbours(options.layers, memory.sample)) {
      layers.push(...(await measureLayers(await sessions.of(some, 1), probe, some, signal)));
    }
  } catch (error) {
    await sessions.close();
    throw error;
  }
  const kept = new KeptBatches(memory.kept);
  return {
    samples,
    layers,
    async pass(wanted, onBatch, stop, onProgress) {
      const missing = wanted.filter(({ layer }) => kept.of(layer.name) === null);
      const byName = new Map(missing.map((layer) => [layer.layer.name, layer]));
      for (const name of byName.keys()) kept.begin(name);
      if (missing.length > 0) {
        await streamActivations({
          session: await sessions.of(
            wanted.map(({ layer }) => layer),
            samples,
          ),
          probe,
          samples,
          batch: batchFor(missing, memory.batch),
          signal: stop,
          layers: missing.map(({ stream }) => stream),
          onProgress,
          onBatch(name, batch) {
            kept.add(name, batch);
            onBatch(byName.get(name)!, batch);
          },
        });
      }
      for (const name of byName.keys()) kept.end(name);
      for (const layer of wanted) {
        if (missing.includes(layer)) continue;
        for (const batch of kept.of(layer.layer.name)!) {
          stop.throwIfAborted();
          onBatch(layer, batch);
          await new Promise(setImmediate);
        }
      }
      onProgress(samples, samples);
    },
    release: (done) => done.forEach(({ layer }) => kept.drop(layer.name)),
    close: () => sessions.close(),
  };
}

/** Larger batches are not faster on a CPU. */
const mostSamples = 64;

function batchFor(layers: readonly MeasuredLayer[], bytes: number): number {
  const sample = layers.reduce((sum, { units, height, width }) => sum + 4 * units * height * width, 0);
  return Math.max(1, Math.min(mostSamples, Math.floor(bytes / Math.max(sample, 1))));
}

/** Layers whose outputs fit together, as far as the model's structure says; they are measured in one run. */
function neighbours(layers: readonly Layer[], bytes: number): Layer[][] {
  const groups: Layer[][] = [];
  let used = Infinity;
  for (const layer of layers) {
    const size = statedBytes(layer);
    if (used + size > bytes) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)!.push(layer);
    used += size;
  }
  return groups;
}

import type { ForwardPass, Gradient } from '../backward/index.js';
import { agrees, type Tensor } from '../runtime/index.js';
import type { MapPlan } from './mapPlan.js';

/** How the inputs go through the model. */
export interface Forward {
  run(feeds: Record<string, Tensor>): Promise<{ values: Record<string, Tensor>; pass: ForwardPass | null }>;
  release(): Promise<void>;
}

/** By a session, or where gradients are wanted by one that can be differentiated: one run then gives both. */
export async function openForward({ runs, method: { needs }, score, wrt, fetch }: MapPlan): Promise<Forward> {
  if (needs === 'gradients' || needs === 'bias gradients') {
    const gradient: Gradient = await runs.gradient([score], wrt, fetch);
    return {
      async run(feeds) {
        const pass = await gradient.forward(feeds);
        return { values: pass.values, pass };
      },
      release: () => gradient.release(),
    };
  }
  const session = await runs.session(fetch);
  return {
    run: async (feeds) => ({ values: await session.run(feeds, fetch), pass: null }),
    release: () => session.release(),
  };
}

/** Fetched values and gradients that are held at a time. */
const valueBytes = 64 * 1024 * 1024;
/** Larger batches are not faster on a CPU, and gradients hold more than what is fetched. */
const mostSamples = 64;
const mostDifferentiated = 8;

/**
 * How many inputs go through the model together: what the file fixes, or as many as memory allows, or one where the model
 * mixes the inputs of a batch.
 */
export async function batchSize({
  runs,
  inputs,
  fetch,
  method: { needs },
}: MapPlan): Promise<{ batch: number; isFixed: boolean }> {
  const stated = runs.model.graph.inputs.find(({ name }) => name === inputs.input)?.shape?.[0];
  if (typeof stated === 'number' && stated > 0) return { batch: stated, isFixed: true };
  if (inputs.samples === 1) return { batch: 1, isFixed: false };
  const session = await runs.session(fetch);
  try {
    const alone = await session.run(await inputs.batch(0, 1), fetch);
    const pair = await session.run(await inputs.batch(0, 2), fetch).catch(() => null);
    if (!pair || !agrees(alone, pair, 2)) return { batch: 1, isFixed: false };
    const bytes = Object.values(alone).reduce((sum, { data }) => sum + 4 * data.length, 0);
    const most = needs.endsWith('gradients') ? mostDifferentiated : mostSamples;
    const fitting = Math.max(1, Math.floor(valueBytes / Math.max(bytes, 1)));
    return { batch: Math.min(most, inputs.samples, fitting), isFixed: false };
  } finally {
    await session.release();
  }
}

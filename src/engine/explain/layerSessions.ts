import type { Layer } from '../../shared/model.js';
import type { Session } from '../runtime/index.js';

/** Opens sessions that give the tensors of some layers, one at a time. */
export interface LayerSessions {
  /**
   * A session that gives these layers' tensors; the one before is released where it does not, or computes much that they do
   * not need.
   *
   * @param samples that will be run
   */
  of(layers: readonly Layer[], samples: number): Promise<Session>;
  close(): Promise<void>;
}

/** To open a session takes as long as it runs so many samples, about; a tenth of that for one of early layers. */
const openingInSamples = 16;

/**
 * ONNX Runtime holds every tensor that a session can give until a run's end, whether it was asked for or not. So one
 * session serves all layers only where all their tensors for one sample fit into `bytes`; otherwise each group of layers
 * gets its own. So does a group of early layers, where running the later ones beside it would take longer than opening.
 *
 * Layers that were run together stay in that session: another one may give other last bits.
 *
 * @param nodes how many nodes of the model compute these tensors
 */
export function layerSessions(
  all: readonly Layer[],
  bytes: number,
  open: (outputs: string[]) => Promise<Session>,
  nodes: (outputs: readonly string[]) => number,
): LayerSessions {
  const isShared = all.reduce((sum, layer) => sum + statedBytes(layer), 0) <= bytes;
  const namesOfAll = all.map(({ name }) => name);
  /** By layer: the outputs of the session that its samples are run in. */
  const homes = new Map<string, readonly string[]>();
  let current: { session: Session; outputs: readonly string[] } | null = null;

  /** The outputs of the session that these layers are to be run in. */
  function outputsFor(own: readonly string[], samples: number): readonly string[] {
    const home = homes.get(own[0]);
    if (home && own.every((name) => home.includes(name))) return home;
    const isCurrent = current && own.every((name) => current!.outputs.includes(name));
    const others = isCurrent ? current!.outputs : isShared ? namesOfAll : own;
    const saved = 1 - nodes(own) / nodes(others);
    return saved * samples > openingInSamples ? own : others;
  }

  return {
    async of(layers, samples) {
      const own = layers.map(({ name }) => name);
      const outputs = outputsFor(own, samples);
      if (samples > 1) own.forEach((name) => homes.set(name, outputs));
      if (current?.outputs === outputs) return current.session;
      await this.close();
      current = { session: await open([...outputs]), outputs };
      return current.session;
    },
    async close() {
      const last = current;
      current = null;
      await last?.session.release();
    },
  };
}

/** Bytes of a layer's tensor for one sample as far as the model's structure says; unknown axes count as 1. */
export const statedBytes = ({ shape }: Layer): number =>
  4 * (shape ?? []).reduce<number>((product, axis) => product * (Number(axis) || 1), 1);

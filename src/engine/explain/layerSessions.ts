import type { Layer } from '../../shared/model.js';
import type { Session } from '../runtime/index.js';

/** Opens sessions that give the tensors of some layers, one at a time. */
export interface LayerSessions {
  /** A session that gives these layers' tensors; the one before is released where it does not. */
  of(layers: readonly Layer[]): Promise<Session>;
  close(): Promise<void>;
}

/**
 * ONNX Runtime holds every tensor that a session can give until a run's end, whether it was asked for or not. So one
 * session serves all layers only where all their tensors for one sample fit into `bytes`; otherwise each group of layers
 * gets its own.
 */
export function layerSessions(
  all: readonly Layer[],
  bytes: number,
  open: (outputs: string[]) => Promise<Session>,
): LayerSessions {
  const isShared = all.reduce((sum, layer) => sum + statedBytes(layer), 0) <= bytes;
  let current: { session: Session; outputs: ReadonlySet<string> } | null = null;
  return {
    async of(layers) {
      if (current && layers.every(({ name }) => current!.outputs.has(name))) return current.session;
      await this.close();
      const outputs = (isShared ? all : layers).map(({ name }) => name);
      current = { session: await open(outputs), outputs: new Set(outputs) };
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

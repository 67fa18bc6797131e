import type { Timings } from '../../shared/engineApi.js';

/** What is known of a layer's time in one run. */
export type LayerTime =
  | { kind: 'measured'; milliseconds: number; share: number }
  /** ONNX Runtime computes it in another layer's node; null where that may be one of several. */
  | { kind: 'fused'; into: string | null }
  | { kind: 'unknown' };

/** By tensor name; layers that are not in the map are unknown. */
export function layerTimes({ layers, fused, total }: Timings): Map<string, LayerTime> {
  const times = new Map<string, LayerTime>();
  for (const { layer, into } of fused) times.set(layer, { kind: 'fused', into });
  for (const { layer, milliseconds } of layers)
    times.set(layer, { kind: 'measured', milliseconds, share: total > 0 ? milliseconds / total : 0 });
  return times;
}

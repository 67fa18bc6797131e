/** Pixels around an object within which the pointing game forgives a miss (Zhang et al. 2016, TorchRay). */
const tolerance = 15;

export interface Box {
  /** Pixels, both ends included. */
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/**
 * Pointing game: whether the map's maximum lies in the object's mask, or at most 15 pixels from it. Of equal maxima the
 * first counts. Null where the mask is empty.
 *
 * @param mask height × width, not 0 inside the object
 */
export function pointsAt(map: Float32Array, mask: Uint8Array, width: number): boolean | null {
  if (!mask.some((value) => value !== 0)) return null;
  let best = 0;
  for (let i = 1; i < map.length; i++) if (map[i] > map[best]) best = i;
  const [x, y] = [best % width, Math.floor(best / width)];
  const height = mask.length / width;
  for (let row = Math.max(0, y - tolerance); row <= Math.min(height - 1, y + tolerance); row++) {
    for (let column = Math.max(0, x - tolerance); column <= Math.min(width - 1, x + tolerance); column++) {
      if (mask[row * width + column] && (row - y) ** 2 + (column - x) ** 2 <= tolerance ** 2) return true;
    }
  }
  return false;
}

/** Share of the map's energy inside the mask; null where the map is 0 everywhere. Wang et al. 2020 (Score-CAM). */
export function energyInside(map: Float32Array, mask: Uint8Array): number | null {
  let [inside, all] = [0, 0];
  for (let i = 0; i < map.length; i++) {
    const energy = Math.max(0, map[i]);
    all += energy;
    if (mask[i]) inside += energy;
  }
  return all > 0 ? inside / all : null;
}

const levels = 1000;
/** IoU from which a box counts as found: MaxBoxAccV2 is the mean over these. Choe et al. 2020. */
export const boxIous = [0.3, 0.5, 0.7] as const;

/**
 * For every threshold 0, 0.001, ... 0.999 of the map's maximum the best IoU of a box around one connected part with one
 * of the true boxes: what MaxBoxAccV2 counts. Choe et al. 2020; areas include both ends.
 *
 * @param map height × width in [0, 1]
 * @returns 1,000 IoUs
 */
export function boxIousByThreshold(map: Float32Array, width: number, truth: readonly Box[]): Float64Array {
  const height = map.length / width;
  const scaled = Uint8Array.from(map, (value) => Math.floor(255 * value));
  const maximum = scaled.reduce((highest, value) => Math.max(highest, value), 0);
  const byLevel = new Map<number, number>();
  return Float64Array.from({ length: levels }, (_, i) => {
    const level = Math.floor((i / levels) * maximum);
    if (!byLevel.has(level)) {
      const found = partBoxes(scaled, level, height, width);
      const boxes = found.length > 0 ? found : [{ x0: 0, y0: 0, x1: 0, y1: 0 }];
      byLevel.set(level, Math.max(...boxes.map((box) => Math.max(...truth.map((other) => boxIou(box, other))))));
    }
    return byLevel.get(level)!;
  });
}

/** Mean over the IoU thresholds of the best share of found boxes over all map thresholds, in [0, 1]. */
export function maxBoxAccuracy(iousByThreshold: readonly Float64Array[]): number {
  const accuracies = boxIous.map((enough) => {
    const shares = Array.from(
      { length: levels },
      (_, i) => iousByThreshold.filter((ious) => ious[i] >= enough).length / iousByThreshold.length,
    );
    return Math.max(...shares);
  });
  return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
}

export function boxIou(a: Box, b: Box): number {
  const side = (from: number, to: number) => Math.max(0, to - from + 1);
  const both = side(Math.max(a.x0, b.x0), Math.min(a.x1, b.x1)) * side(Math.max(a.y0, b.y0), Math.min(a.y1, b.y1));
  const area = ({ x0, y0, x1, y1 }: Box) => side(x0, x1) * side(y0, y1);
  const either = area(a) + area(b) - both;
  return either > 0 ? both / either : 0;
}

/** Boxes of the 8-connected parts above the level; their far end is one further, as far as the picture goes, as Choe et al. have it. */
function partBoxes(values: Uint8Array, level: number, height: number, width: number): Box[] {
  const seen = new Uint8Array(values.length);
  const boxes: Box[] = [];
  const open: number[] = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] || values[start] <= level) continue;
    const box = { x0: width, y0: height, x1: 0, y1: 0 };
    open.push(start);
    seen[start] = 1;
    while (open.length > 0) {
      const place = open.pop()!;
      const [x, y] = [place % width, Math.floor(place / width)];
      box.x0 = Math.min(box.x0, x);
      box.y0 = Math.min(box.y0, y);
      box.x1 = Math.max(box.x1, x);
      box.y1 = Math.max(box.y1, y);
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (seen[next] || values[next] <= level) continue;
          seen[next] = 1;
          open.push(next);
        }
      }
    }
    boxes.push({ ...box, x1: Math.min(box.x1 + 1, width - 1), y1: Math.min(box.y1 + 1, height - 1) });
  }
  return boxes;
}

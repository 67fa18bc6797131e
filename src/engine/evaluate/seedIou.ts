/** Constants that are tried as the background's score: 0.05, 0.06, ... 0.5. */
const backgrounds = Array.from({ length: 46 }, (_, i) => 0.05 + i / 100);

/**
 * Seeds for weakly supervised segmentation: each pixel goes to the present class whose map is highest there, or to the
 * background where none is above a constant. Mean IoU over the classes that occur, the background among them, for the best
 * constant. Pixels are counted over the whole probe set (as Ahn et al. 2019 do).
 */
export class SeedIou {
  /** `truth seed` → pixels by how many of the backgrounds the seed's class is above. */
  readonly #pixels = new Map<string, Float64Array>();

  /**
   * @param maps  by present class: height × width, in [0, 1]
   * @param truth height × width: the class of each pixel, -1 for the background
   */
  add(maps: ReadonlyMap<number, Float32Array>, truth: Int32Array): void {
    const classes = [...maps.keys()];
    for (let i = 0; i < truth.length; i++) {
      let [seed, highest] = [-1, -Infinity];
      for (const candidate of classes) {
        const value = maps.get(candidate)![i];
        if (value > highest) [seed, highest] = [candidate, value];
      }
      const key = `${truth[i]} ${seed}`;
      let counts = this.#pixels.get(key);
      if (!counts) this.#pixels.set(key, (counts = new Float64Array(backgrounds.length + 1)));
      counts[above(highest)]++;
    }
  }

  /** In [0, 1], and the background that it was reached with; null where nothing was added. */
  result(): { meanIou: number; background: number } | null {
    if (this.#pixels.size === 0) return null;
    const meanIous = backgrounds.map((_, b) => this.#meanIou(b));
    const best = meanIous.indexOf(Math.max(...meanIous));
    return { meanIou: meanIous[best], background: backgrounds[best] };
  }

  #meanIou(background: number): number {
    const hits = new Map<string, number>();
    const either = new Map<string, number>();
    const add = (to: Map<string, number>, key: string, pixels: number) => {
      if (pixels > 0) to.set(key, (to.get(key) ?? 0) + pixels);
    };
    for (const [key, counts] of this.#pixels) {
      const [truth, seed] = key.split(' ');
      const seeded = counts.subarray(background + 1).reduce((sum, count) => sum + count, 0);
      const left = counts.subarray(0, background + 1).reduce((sum, count) => sum + count, 0);
      for (const [predicted, pixels] of [
        [seed, seeded],
        ['-1', left],
      ] as const) {
        add(either, truth, pixels);
        add(predicted === truth ? hits : either, predicted, pixels);
      }
    }
    return [...either].reduce((sum, [key, pixels]) => sum + (hits.get(key) ?? 0) / pixels, 0) / either.size;
  }
}

function above(value: number): number {
  const first = backgrounds.findIndex((background) => value <= background);
  return first < 0 ? backgrounds.length : first;
}

import type { Tensor, TensorData } from '../runtime/tensor.js';
import type { ProbeSet } from './probeSet.js';

/**
 * The probe set's samples at these indices as a probe set of their own, in that order; an index may stand there several
 * times. What is known of samples by their number (`view`, `picture`, `concepts`) stays that of the whole set.
 */
export function pickedSamples(
  probe: ProbeSet,
  indices: readonly number[],
): Pick<ProbeSet, 'input' | 'samples' | 'batch'> {
  let axes: Map<string, number | null> | null = null;
  return {
    input: probe.input,
    samples: indices.length,
    async batch(first, count) {
      const wanted = indices.slice(first, first + count);
      if (wanted.every((index, i) => index === wanted[0] + i)) return probe.batch(wanted[0], wanted.length);
      axes ??= await batchAxes(probe);
      const single: Record<string, Tensor>[] = [];
      for (const index of wanted) single.push(await probe.batch(index, 1));
      return Object.fromEntries(
        Object.keys(single[0]).map((name) => [
          name,
          joined(
            single.map((feeds) => feeds[name]),
            axes!.get(name) ?? null,
          ),
        ]),
      );
    },
  };
}

/** So many of `of` samples, as evenly spread as whole numbers allow; all of them where they are no more. */
export function evenlySpread(of: number, count: number): number[] {
  const taken = Math.min(of, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * of) / taken));
}

/** The axis along which each feed grows with the batch; null for those that are the same for every batch. */
async function batchAxes(probe: ProbeSet): Promise<Map<string, number | null>> {
  const one = await probe.batch(0, 1);
  const two = probe.samples > 1 ? await probe.batch(0, 2) : null;
  return new Map(
    Object.entries(one).map(([name, { dims }]) => {
      const axis = two ? dims.findIndex((length, i) => two[name].dims[i] !== length) : dims[0] === 1 ? 0 : -1;
      return [name, axis < 0 ? null : axis];
    }),
  );
}

/** Tensors of the same shape, one behind the other along an axis; the first of them where there is none. */
function joined(parts: readonly Tensor[], axis: number | null): Tensor {
  const [first] = parts;
  if (axis === null || parts.length === 1) return first;
  const dims = first.dims.map((length, i) => (i === axis ? length * parts.length : length));
  const outer = first.dims.slice(0, axis).reduce((product, length) => product * length, 1);
  const inner = first.data.length / Math.max(outer, 1);
  const at = (o: number, part: number) => (o * parts.length + part) * inner;
  if (Array.isArray(first.data)) {
    const words: string[] = [];
    for (let o = 0; o < outer; o++) {
      for (const { data } of parts) words.push(...(data as string[]).slice(o * inner, (o + 1) * inner));
    }
    return { ...first, dims, data: words };
  }
  const make = first.data.constructor as new (length: number) => Exclude<TensorData, string[]>;
  const data = new make(first.data.length * parts.length);
  for (let o = 0; o < outer; o++) {
    parts.forEach((part, i) => {
      const source = (part.data as Float32Array).subarray(o * inner, (o + 1) * inner);
      (data as Float32Array).set(source, at(o, i));
    });
  }
  return { ...first, dims, data };
}

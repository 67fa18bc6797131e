import type { ColumnEffect } from '../shared/engineApi.js';
import type { Layer } from '../shared/model.js';
import { UserError } from '../shared/userError.js';
import type { OnnxModel } from './onnx/model.js';
import type { ProbeSet } from './probe/index.js';
import { openSession, streamActivations } from './runtime/index.js';
import type { Tensor, TensorData } from './runtime/tensor.js';

const steps = 17;

/**
 * How one unit answers when one column of one sample is changed and the others stay: `steps` values a column, evenly
 * over the range that the column has in the probe set (individual conditional expectation, Goldstein et al. 2015).
 *
 * @throws UserError where the probe set has no columns
 */
export async function columnEffect(
  model: OnnxModel,
  probe: ProbeSet,
  layer: Layer,
  unit: number,
  sample: number,
  threads: number | null = null,
): Promise<ColumnEffect[]> {
  const table = probe.table?.();
  const width = probe.columns.length;
  if (!table || width === 0)
    throw new UserError('this probe set has no columns to change', { code: 'probe/no-columns' });
  const own = (await probe.batch(sample, 1))[probe.input];
  const effects = probe.columns.map((column, index) => ({
    column,
    at: Number(own.data[index]),
    values: evenly(...rangeOf(table, width, index)),
    activations: [] as number[],
  }));
  const rows = effects.flatMap(({ values }, index) => values.map((value) => ({ index, value })));
  const session = await openSession(model, { outputs: [layer.name], threads });
  try {
    await streamActivations({
      session,
      // The probe set's own feeds, with the rows of its input replaced.
      probe: { ...probe, input: probe.input, batch: (first, count) => changed(first, count) },
      samples: rows.length,
      batch: Math.min(64, probe.samples),
      layers: [{ name: layer.name, unitAxis: layer.unitAxis }],
      onBatch(_name, { first, samples, units, height, width: places, values }) {
        const size = height * places;
        for (let i = 0; i < samples; i++) {
          const start = (i * units + unit) * size;
          // A unit with places answers by its strongest one.
          const activation = values
            .subarray(start, start + size)
            .reduce((most, value) => Math.max(most, value), -Infinity);
          effects[rows[first + i].index].activations.push(activation);
        }
      },
    });
  } finally {
    await session.release();
  }
  return effects;

  async function changed(first: number, count: number): Promise<Record<string, Tensor>> {
    const feeds = await probe.batch(0, Math.min(count, probe.samples));
    const data = Float32Array.from({ length: count * width }, (_, i) => Number(own.data[i % width]));
    for (let i = 0; i < count; i++) data[i * width + rows[first + i].index] = rows[first + i].value;
    const dims = [count, ...own.dims.slice(1)];
    return { ...feeds, [probe.input]: { type: 'float32', dims, data: data as TensorData } };
  }
}

function rangeOf(table: Float64Array, width: number, column: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = column; i < table.length; i += width) {
    if (table[i] < low) low = table[i];
    if (table[i] > high) high = table[i];
  }
  return low <= high ? [low, high] : [0, 0];
}

const evenly = (low: number, high: number) =>
  Array.from({ length: steps }, (_, i) => low + ((high - low) * i) / (steps - 1));

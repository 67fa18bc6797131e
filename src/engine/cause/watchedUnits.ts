import type { Layer } from '../../shared/model.js';
import { eachBatch, featureMeans, trackedOutputs, type RunBatch, type TrackedOutput } from '../effect/index.js';
import { highest } from '../map/classScores.js';
import type { OnnxModel } from '../onnx/model.js';
import { openSession, toActivationBatch, tokenGrid, type LayerLayout, type Session } from '../runtime/index.js';
import type { ProbeSet } from '../probe/index.js';

/** What is looked at when inputs are changed: the strongest place of some units, and the decision. */
export interface Watched {
  /** samples × units: the unit's strongest place; NaN where it has no finite activation. */
  peaks: Float32Array;
  /** Index of the highest output; -1 throughout where no output has several features. */
  decisions: Int32Array;
}

type Samples = Pick<ProbeSet, 'input' | 'samples' | 'batch'>;

/** A session that gives a layer and the outputs, opened once for all inputs that are tried. */
export interface Watcher {
  session: Session;
  watch(
    samples: Samples,
    units: readonly number[],
    onBatch: (done: number) => void,
    signal: AbortSignal,
  ): Promise<Watched>;
  release(): Promise<void>;
}

export async function watcher(
  model: OnnxModel,
  layer: Layer,
  isPictures: boolean,
  threads: number | null,
): Promise<Watcher> {
  const outputs = model.graph.outputs.some(({ type }) => /^(float|double)/.test(type))
    ? trackedOutputs(model, null, false)
    : [];
  const computed = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  const fetch = [...new Set([layer.name, ...outputs.map(({ tensor }) => tensor)])].filter((name) => computed.has(name));
  const session = await openSession(model, { outputs: fetch, threads });
  return {
    session,
    release: () => session.release(),
    async watch(samples, units, onBatch, signal) {
      const peaks = new Float32Array(samples.samples * units.length);
      const decisions = new Int32Array(samples.samples).fill(-1);
      for await (const batch of eachBatch(session, samples, fetch, fetch, signal)) {
        const tensor = batch.outputs[layer.name];
        const layout = layoutOf(layer, tensor.dims, isPictures);
        const activations = toActivationBatch(tensor, layout, batch.first, batch.samples, batch.ran);
        const places = activations.height * activations.width;
        for (let sample = 0; sample < batch.samples; sample++) {
          units.forEach((unit, u) => {
            const start = (sample * activations.units + unit) * places;
            let peak = NaN;
            for (let place = start; place < start + places; place++) {
              const value = activations.values[place];
              if (Number.isFinite(value) && !(value <= peak)) peak = value;
            }
            peaks[(batch.first + sample) * units.length + u] = peak;
          });
        }
        decide(outputs, batch, decisions);
        onBatch(batch.first + batch.samples);
      }
      return { peaks, decisions };
    },
  };
}

function decide(outputs: readonly TrackedOutput[], batch: RunBatch, decisions: Int32Array): void {
  for (const output of outputs) {
    const { values, features } = featureMeans(batch.outputs[output.tensor], output, batch.samples, batch.ran);
    if (features < 2) continue;
    for (let sample = 0; sample < batch.samples; sample++) {
      decisions[batch.first + sample] = highest(values.subarray(sample * features, (sample + 1) * features));
    }
    return;
  }
}

/** Special tokens before a picture's patches are no places of it: as where the layer was explained. */
function layoutOf({ unitAxis }: Layer, dims: readonly number[], isPictures: boolean): LayerLayout {
  const grid = isPictures && dims.length === 3 && unitAxis !== 1 ? tokenGrid(dims[1]) : null;
  return { unitAxis, ...(grid ? { grid } : {}) };
}

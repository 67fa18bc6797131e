import type { DecisionReasons } from '../../shared/engineApi.js';
import type { Layer } from '../../shared/model.js';
import { classScore } from './classTarget.js';
import { describeTensor } from '../onnx/index.js';
import { toActivationBatch } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { classOutput } from '../map/classOutput.js';
import type { ModelRuns } from '../map/modelRuns.js';

const most = 8;

/**
 * Which units of a layer spoke for a class in one picture, by Grad-CAM's importances: the unit's mean gradient times its
 * activation, summed over places, is what it adds to the map (Selvaraju et al. 2017, eq. 1 and 2; their section 4 names
 * neurons by it). Shares are of all that speaks for the class.
 *
 * @param wanted index of the class; null: the highest
 */
export async function decisionReasons(
  runs: ModelRuns,
  feeds: Record<string, Tensor>,
  layer: Layer,
  wanted: number | null,
): Promise<DecisionReasons> {
  const { logits } = classOutput(runs.model, null);
  const gradient = await runs.gradient([logits], [layer.name], []);
  try {
    const pass = await gradient.forward(feeds);
    const unitAxis = describeTensor(runs.model, logits)?.unitAxis ?? null;
    const count = feeds[Object.keys(feeds)[0]].dims[0] ?? 1;
    const chosen = classScore(pass.values[logits], { unitAxis, classes: null }, count);
    const index = wanted ?? chosen.classes[0];
    const target = classScore(pass.values[logits], { unitAxis, classes: chosen.classes.map(() => index) }, count);
    const { [layer.name]: back } = await pass.backward({ [logits]: target.seed() });
    const activations = toActivationBatch(pass.values[layer.name], layer, 0, 1);
    const gradients = toActivationBatch(back, layer, 0, 1);
    const { units, height, width } = activations;
    const places = height * width;
    const contributions = Float64Array.from({ length: units }, (_, unit) => {
      let [activation, slope] = [0, 0];
      for (let i = unit * places; i < (unit + 1) * places; i++) {
        activation += activations.values[i];
        slope += gradients.values[i] / places;
      }
      return slope * activation;
    });
    const positive = contributions.reduce((sum, value) => sum + Math.max(0, value), 0);
    const strongest = [...contributions.keys()]
      .filter((unit) => contributions[unit] > 0)
      .sort((a, b) => contributions[b] - contributions[a] || a - b)
      .slice(0, most);
    return {
      layer: layer.name,
      class: index,
      units: strongest.map((unit) => ({ unit, share: contributions[unit] / positive })),
    };
  } finally {
    await gradient.release();
  }
}

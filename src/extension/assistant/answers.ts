import type { CheckpointChange } from '../../shared/checkpointChange.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { summaryOf, type LayerResults } from '../layerResults.js';
import type { ModelResults } from '../modelResults.js';

/** As much as an assistant reads at a time. */
export const mostLayers = 200;
export const mostNeurons = 100;

type Known = Pick<ModelResults, 'layers' | 'probe' | 'change'>;

/** A model's structure, and how far its layers are explained, as JSON for a language model. */
export function layersAnswer(model: string, structure: ModelStructure, known: Known, filter = ''): object {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, module, op }: Layer) => {
    const text = `${module ?? ''} ${name} ${op}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const chosen = structure.layers.filter(fits);
  return {
    model,
    producer: structure.producer,
    opset: structure.opset,
    parameters: structure.parameters,
    inputs: structure.inputs,
    outputs: structure.outputs,
    layerCount: structure.layers.length,
    layers: chosen.slice(0, mostLayers).map((layer) => {
      const { name, module, op, shape, units, parameters, source } = layer;
      const results = known.layers.get(name);
      return {
        ...{ name, module, op, shape, neurons: units, parameters },
        ...(source ? { source: `${source.file}:${source.line}` } : {}),
        ...(results ? { explained: worthOf(results) } : {}),
      };
    }),
    ...(chosen.length > mostLayers
      ? { note: `${chosen.length - mostLayers} more layers fit; narrow them down with "filter"` }
      : {}),
    ...(known.layers.size === 0 ? { note: 'not explained yet: explain_onnx_neurons explains it' } : {}),
  };
}

export interface NeuronQuery {
  /** Tensor name, node name or module path; null: a summary of all layers. */
  layer: string | null;
  units: number[] | null;
  limit: number;
}

/** What neurons have learned, best labels first, as JSON for a language model. */
export function neuronsAnswer(model: string, known: Known, { layer, units, limit }: NeuronQuery): object {
  const head = {
    model,
    probeSet: known.probe && { title: known.probe.title, samples: known.probe.samples },
    reading: 'iou: overlap of label and firing, in [0, 1]; chance: what the same search reaches by chance',
  };
  if (layer === null) {
    const layers = [...known.layers.values()].map((results) => ({
      layer: results.layer.name,
      module: results.layer.module,
      ...worthOf(results),
      ...changesOf(results.layer.name, known.change),
      strongest: ranked(results).slice(0, 3).map(neuron),
    }));
    return { ...head, layers, note: 'name a layer to see its neurons' };
  }
  const results = layerNamed(layer, known);
  const order = units
    ? units.map((unit) => {
        const at = results.index.get(unit);
        if (at === undefined)
          throw new UserError(`layer ${layer} has no neuron ${unit}`, {
            hint: `its neurons are 0 to ${results.explanations.length - 1}`,
          });
        return results.explanations[at];
      })
    : ranked(results);
  const shown = order.slice(0, Math.min(limit, mostNeurons));
  return {
    ...head,
    layer: results.layer.name,
    module: results.layer.module,
    operator: results.layer.op,
    ...worthOf(results),
    ...changesOf(results.layer.name, known.change),
    neurons: shown.map(neuron),
    ...(shown.length < order.length ? { note: `${order.length - shown.length} more; ask for them with "units"` } : {}),
  };
}

/** @throws UserError that names what is there, for a model to try again with */
function layerNamed(wanted: string, { layers }: Known): LayerResults {
  const all = [...layers.values()];
  const found = all.filter(({ layer: { name, node, module } }) => [name, node, module].includes(wanted));
  if (found.length === 1) return found[0];
  const names = (found.length > 1 ? found : all).map(({ layer: { name, module } }) => (module ? `${name} (${module})` : name)); // prettier-ignore
  const few = `${names.slice(0, 40).join(', ')}${names.length > 40 ? ' and others' : ''}`;
  throw found.length > 1
    ? new UserError(`"${wanted}" is the name of ${found.length} layers`, { hint: `use the tensor's name: ${few}` })
    : new UserError(`no layer "${wanted}" was explained`, { hint: `there are ${few}` });
}

function worthOf(results: LayerResults) {
  const { units, explained, atChance } = summaryOf(results);
  const count = (wanted: string) => results.explanations.filter(({ status }) => status === wanted).length;
  return { neurons: units, labelled: explained, atChance, dead: count('dead'), constant: count('constant') };
}

function changesOf(layer: string, change: CheckpointChange | null) {
  const counts = change?.layers.find(({ name }) => name === layer)?.counts;
  return counts ? { sinceFormerCheckpoint: counts } : {};
}

/** Labels that lie highest above chance first, then those without one. */
const ranked = ({ explanations }: LayerResults) =>
  [...explanations].sort((a, b) => b.iou - b.floor - (a.iou - a.floor) || a.unit - b.unit);

const round = (value: number): number => Number(value.toFixed(3));

function neuron({ unit, status, label, iou, floor, precision, recall, fireRate }: LayerResults['explanations'][0]) {
  if (status !== 'explained' || label === null) return { neuron: unit, status, fireRate: round(fireRate) };
  return {
    neuron: unit,
    label,
    ...{ iou: round(iou), chance: round(floor), precision: round(precision), recall: round(recall) },
    fireRate: round(fireRate),
    ...(iou > floor ? {} : { note: 'no better than chance' }),
  };
}

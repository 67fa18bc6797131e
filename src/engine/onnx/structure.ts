import type { ModelStructure, TensorInfo } from '../../shared/model.js';
import { layersOf, modulesOf } from './layers.js';
import type { OnnxModel, ValueInfo } from './model.js';
import { parameterCount } from './parameters.js';

const structures = new WeakMap<OnnxModel, ModelStructure>();
const models = new WeakMap<ModelStructure, OnnxModel>();

/** What `onnxplain inspect` shows of a model. Inputs that an initializer gives a value to are weights, not inputs. */
export function structureOf(model: OnnxModel): ModelStructure {
  let structure = structures.get(model);
  if (!structure) {
    const { graph } = model;
    const modules = modulesOf(model);
    structure = {
      schema: 'onnxplain/1',
      inputs: graph.inputs.filter((input) => !graph.initializers.has(input.name)).map(tensorInfo),
      outputs: graph.outputs.map(tensorInfo),
      opset: model.opsets.get('') ?? 0,
      producer: [model.producer, model.producerVersion].filter((part) => part !== '').join(' '),
      parameters: parameterCount(model),
      layers: layersOf(model).map(({ layer }) => layer),
      ...(modules.length > 0 ? { modules } : {}),
    };
    structures.set(model, structure);
    models.set(structure, model);
  }
  return structure;
}

/** The model that a structure was made from; null for one that came from elsewhere. */
export const modelOf = (structure: ModelStructure): OnnxModel | null => models.get(structure) ?? null;

const tensorInfo = ({ name, type, shape }: ValueInfo): TensorInfo => ({ name, type, shape });

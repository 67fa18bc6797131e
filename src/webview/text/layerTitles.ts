import type { Layer } from '../../shared/model.js';
import { visible } from './names.js';

/**
 * What a layer is called on the page: its module path in the training code, else its node, else its tensor. Where two
 * layers of a model share that (a convolution and the ReLU behind it), the operator is added, then the tensor.
 *
 * @returns by tensor name
 */
export function layerTitles(layers: readonly Layer[]): Map<string, string> {
  const plain = (layer: Layer) => layer.module || layer.node || layer.name;
  const withOperator = (layer: Layer) => `${plain(layer)} · ${layer.op}`;
  const titles = new Map<string, string>();
  const plainTimes = times(layers.map(plain));
  const operatorTimes = times(layers.map(withOperator));
  for (const layer of layers) {
    let title = plain(layer);
    if (plainTimes.get(title)! > 1) title = withOperator(layer);
    if (operatorTimes.get(title)! > 1) title = `${plain(layer)} · ${layer.name}`;
    titles.set(layer.name, visible(title));
  }
  return titles;
}

function times(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

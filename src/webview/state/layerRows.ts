import type { Layer } from '../../shared/model.js';
import type { LayerTime } from './layerTime.js';
import type { ViewState } from './viewState.js';

export interface LayerRow {
  layer: Layer;
  title: string;
  /** Null where nothing was measured. */
  time: LayerTime | null;
}

/** The layers as the Model tab lists them: those in whose name or operator every word of the filter occurs, in order. */
export function layerRows(
  layers: readonly Layer[],
  title: (layer: string) => string,
  { filter, sort, descending }: ViewState['model'],
  times: ReadonlyMap<string, LayerTime> | null = null,
): LayerRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = layers
    .map((layer) => ({
      layer,
      title: title(layer.name),
      time: times && (times.get(layer.name) ?? { kind: 'unknown' }),
    }))
    .filter((row) => {
      const text = `${row.title} ${row.layer.op} ${row.layer.name}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  if (sort === 'order') return rows;
  const direction = descending ? -1 : 1;
  return rows.sort((a, b) => direction * compare(a, b, sort));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: LayerRow, b: LayerRow, sort: ViewState['model']['sort']): number {
  switch (sort) {
    case 'layer':
      return collator.compare(a.title, b.title);
    case 'operator':
      return collator.compare(a.layer.op, b.layer.op);
    case 'units':
      return (a.layer.units ?? -1) - (b.layer.units ?? -1);
    case 'parameters':
      return a.layer.parameters - b.layer.parameters;
    case 'time':
      return milliseconds(a) - milliseconds(b);
    default:
      return 0;
  }
}

/** What is computed in another layer's node comes before what was measured, the unknown first. */
function milliseconds({ time }: LayerRow): number {
  if (time?.kind === 'measured') return time.milliseconds;
  return time?.kind === 'fused' ? -1 : -2;
}

import type { PanelStatus } from '../../shared/panelProtocol.js';
import { count } from '../text/numbers.js';

/** Progress as text: `layer2.conv · 41 of 64` neurons, `Running the model · 73 %` (of its passes over the samples). */
export function progressWords(
  { layer, stage, done, total }: NonNullable<PanelStatus['progress']>,
  title: (layer: string) => string,
): string {
  const place =
    layer !== null
      ? title(layer)
      : stage === 'running'
        ? 'Running the model'
        : stage === 'concepts'
          ? 'Concepts'
          : 'Labels';
  if (total === 0) return place;
  const far = stage === 'running' ? `${Math.floor((100 * done) / total)}\u00a0%` : `${count(done)} of ${count(total)}`;
  return `${place} · ${far}`;
}

/** What a screen reader hears: once a stage of a layer, not once a unit. */
export function spokenStatus(status: PanelStatus, title: (layer: string) => string): string {
  switch (status.state) {
    case 'working': {
      const { stage, layer } = status.progress ?? { stage: 'running', layer: null };
      const what = { running: 'Running the model', concepts: 'Reading concepts', labelling: 'Labelling neurons' }[
        stage
      ];
      return layer === null ? what : `${what}: ${title(layer)}`;
    }
    case 'done':
      return 'Done: neurons are explained';
    case 'stopped':
      return 'Stopped: what is there stays';
    case 'failed':
    case 'lost':
      return status.error?.message ?? '';
    default:
      return '';
  }
}

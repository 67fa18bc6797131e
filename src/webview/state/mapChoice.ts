import type { MapMethod } from '../../shared/engineApi.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import type { MapCall, PanelState } from '../../shared/panelProtocol.js';
import type { ViewState } from './viewState.js';

/** Whether an input may hold pictures: one with four axes, or of any shape. */
export const takesPictures = ({ inputs }: ModelStructure): boolean =>
  inputs.some(({ shape }) => shape === null || shape.length === 4);

/** Layers of which a map can be drawn: those with places, channels × height × width. All of them where none says so. */
export function mapLayers(panel: PanelState): Layer[] {
  const layers = panel.structure?.layers ?? panel.layers.map(({ layer }) => layer);
  const spatial = layers.filter(({ shape }) => shape?.length === 4);
  return spatial.length > 0 ? spatial : layers;
}

/** The method chosen, where this model still has it, else the first that needs no unit. */
export function mapMethod(panel: PanelState, chosen: string | null): MapMethod | null {
  const { methods } = panel;
  return (
    methods.find(({ name }) => name === chosen) ??
    methods.find(({ name }) => name !== 'activation') ??
    methods[0] ??
    null
  );
}

/** What to draw: the kept choice as far as it still fits, else what one would look at first. */
export function mapCall(panel: PanelState, maps: ViewState['maps']): MapCall | null {
  const method = mapMethod(panel, maps.method);
  const images = panel.probe?.kind === 'images';
  let input = maps.input;
  if (input?.kind === 'sample' && (!images || input.sample >= panel.probe!.samples)) input = null;
  if (input === null && images && panel.probe!.samples > 0) input = { kind: 'sample', sample: 0 };
  if (!method || !input) return null;
  const known = mapLayers(panel).some(({ name }) => name === maps.layer);
  return {
    input,
    method: method.name,
    layers: known && !method.ofInput ? [maps.layer!] : [],
    class: method.needsClass ? maps.class : null,
    unit: method.name === 'activation' ? (maps.unit ?? 0) : null,
    eigenSmooth: maps.eigenSmooth && method.smooths === true,
    augSmooth: maps.augSmooth,
    region: maps.region,
    box: method.needsClass && !maps.augSmooth ? maps.box : null,
  };
}

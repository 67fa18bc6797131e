import type { LayerChange, UnitBrief } from '../../shared/checkpointChange.js';
import type { Dimension, Layer, ModelStructure } from '../../shared/model.js';
import { amount, histogramPicture, pictureSize, type PictureTheme } from './histogramPicture.js';
import { changeWords, count, digestWords, layerDigest, type LayerDigest } from './layerDigest.js';
import { type KnownModel, resultsOf } from './knownModel.js';

/** The commands that a hover's links may run, and no others. */
export const hoverCommands = ['onnxplain.showLayer', 'onnxplain.explainLinked'];

/** As many layers as a hover lists where a name stands for several. */
const mostLayers = 8;
const mostChanges = 3;

export interface HoverPlace {
  tensors: readonly string[];
  certainty: 'exact' | 'name' | 'order';
}

/** What a hover says of the layers at a place in the code, as Markdown; null where the model has none of them. */
export function hoverText(place: HoverPlace, known: KnownModel, theme: PictureTheme): string | null {
  const layers = place.tensors.flatMap((tensor) => known.layers.get(tensor) ?? []);
  if (layers.length === 0) return null;
  const isOneModule = new Set(layers.map(({ module }) => module)).size === 1;
  const body =
    layers.length === 1
      ? oneLayer(layers[0], known, theme)
      : isOneModule
        ? layersOfModule(layers, known)
        : severalLayers(layers, known);
  return [body, footer(layers, place, known)].join('\n\n');
}

/** Says a little of a model to nobody: what languages and numbers need is loaded when something is first said. */
export function wakeHovers(model: string, structure: ModelStructure): void {
  const layers = new Map(structure.layers.slice(0, mostLayers).map((layer) => [layer.name, layer]));
  const known: KnownModel = { model, structure, layers, results: new Map(), revision: 0, stale: false, change: null };
  for (const tensor of layers.keys()) hoverText({ tensors: [tensor], certainty: 'exact' }, known, 'dark');
}

const nameOf = (layer: Layer): string => escaped(layer.module || layer.node || layer.name);

function oneLayer(layer: Layer, known: KnownModel, theme: PictureTheme): string {
  const title = `**${nameOf(layer)}** · ${facts(layer)}`;
  const results = resultsOf(known, layer);
  if (!results) return title;
  const digest = layerDigest(results);
  const { layer: explained } = results;
  const change = known.change?.layers.find(({ name }) => name === explained.name) ?? null;
  const behind = explained.name === layer.name ? '' : `Behind ${escaped(explained.module || explained.op)}: `;
  const parts = [title, `${behind}${digestWords(digest)}${known.stale ? ' (before the model was last written)' : ''}`];
  const labels = digest.strongest.map((unit) => `- ${strongest(unit, explained, known)}`);
  if (labels.length > 0) parts.push(labels.join('\n'));
  if (digest.activations) parts.push(picture(digest, theme));
  if (change) parts.push(...changes(change));
  return parts.join('\n\n');
}

/** A module that is called several times, or that is several operators. */
function layersOfModule(layers: readonly Layer[], known: KnownModel): string {
  const [first] = layers;
  const areCalls = layers.every((layer) => facts(layer) === facts(first));
  const title = areCalls ? `${facts(first)} · ${count(layers.length)} calls` : `${count(layers.length)} layers`;
  const name = (layer: Layer, i: number) => (areCalls ? `call ${i + 1}` : escaped(layer.op));
  const rest = (layer: Layer) => (areCalls ? [] : [facts({ ...layer, op: '' })]);
  return `**${nameOf(first)}** · ${title}\n\n${layerList(layers, known, name, rest)}`;
}

const severalLayers = (layers: readonly Layer[], known: KnownModel): string =>
  `${count(layers.length)} layers\n\n${layerList(layers, known, nameOf, (layer) => [facts(layer)])}`;

/** One line a layer: a link to it, what it is, how its neurons stand and the label that is worth most. */
function layerList(
  layers: readonly Layer[],
  known: KnownModel,
  name: (layer: Layer, index: number) => string,
  rest: (layer: Layer) => string[],
): string {
  const lines = layers.slice(0, mostLayers).map((layer, i) => {
    const to = link(name(layer, i), 'onnxplain.showLayer', { model: known.model, layer: layer.name });
    const results = resultsOf(known, layer);
    const digest = results && layerDigest(results);
    const best = digest?.strongest[0];
    const label = best ? [`${escaped(best.label ?? '')} IoU ${best.iou.toFixed(2)}`] : [];
    return `- ${[to, ...rest(layer), ...(digest ? [digestWords(digest)] : []), ...label].filter(Boolean).join(' · ')}`;
  });
  if (layers.length > mostLayers) lines.push(`- and ${count(layers.length - mostLayers)} more`);
  return lines.join('\n');
}

const facts = ({ op, units, shape, parameters }: Layer): string =>
  [
    escaped(op),
    units === null ? '' : `${count(units)} ${units === 1 ? 'neuron' : 'neurons'}`,
    shape === null ? '' : escaped(shapeText(shape)),
    parameters > 0 ? `${count(parameters)} parameters` : '',
  ]
    .filter(Boolean)
    .join(' · ');

/** `batch × 64 × 7 × 7` */
export const shapeText = (shape: readonly Dimension[]): string => shape.map((size) => size ?? '?').join(' × ');

function strongest(unit: LayerDigest['strongest'][0], layer: Layer, known: KnownModel): string {
  const to = { model: known.model, layer: layer.name, unit: unit.unit };
  return `${escaped(unit.label ?? '')} · IoU ${unit.iou.toFixed(2)} (chance ${unit.floor.toFixed(2)}) · ${link(`neuron ${unit.unit}`, 'onnxplain.showLayer', to)}`;
}

function picture({ activations }: LayerDigest, theme: PictureTheme): string {
  const { low, high } = activations!;
  const { width, height } = pictureSize;
  const words = `Activations from ${amount(low)} to ${amount(high)}, what fires in colour`;
  return `![${words}](${histogramPicture(activations!, theme)}|width=${width},height=${height})`;
}

function changes(change: LayerChange): string[] {
  const words = changeWords(change);
  if (!words) return ['Nothing changed since the former checkpoint'];
  const few = change.changed.slice(0, mostChanges);
  const lines = few.map(({ unit, before, after }) => `- neuron ${unit}: ${side(before)} → ${side(after)}`);
  return [`Since the former checkpoint: ${words}`, lines.join('\n')];
}

const side = ({ status, label, iou, floor }: UnitBrief): string =>
  status !== 'explained' || label === null
    ? status
    : `${escaped(label)} ${iou.toFixed(2)}${iou > floor ? '' : ' (chance)'}`;

const certainties: Record<HoverPlace['certainty'], string> = {
  exact: '',
  name: ', by name',
  order: ', by order and shape alone',
};

function footer(layers: readonly Layer[], { certainty }: HoverPlace, known: KnownModel): string {
  const file = escaped(known.model.slice(Math.max(known.model.lastIndexOf('/'), known.model.lastIndexOf('\\')) + 1));
  const explained = layers.some((layer) => resultsOf(known, layer));
  const show = link('Show in Onnxplain', 'onnxplain.showLayer', { model: known.model, layer: layers[0].name });
  const explain = link(known.stale ? 'Explain again' : 'Explain neurons', 'onnxplain.explainLinked', {
    model: known.model,
  });
  const links = explained && !known.stale ? [show] : [show, explain];
  return `${links.join(' · ')} · matched to ${file}${certainties[certainty]}`;
}

/** @param text as Markdown already */
const link = (text: string, command: string, argument: object): string =>
  `[${text}](command:${command}?${encodeURIComponent(JSON.stringify([argument])).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)})`;

/** Names and labels come from files: as Markdown they are what they are, on one line, and turn nothing around. */
export const escaped = (text: string): string =>
  (text.length > 200 ? `${text.slice(0, 200)}…` : text)
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@"']/g, '\\$&');

import { createHash } from 'node:crypto';
import type { ProbeSummary, StrongestMaps } from '../../shared/engineApi.js';
import type { Explanation } from '../../shared/results.js';
import { dissectionSection } from './dissectionSection.js';
import { escapeHtml, scriptJson } from './escapeHtml.js';
import { layerName, layerSection, navigationLink } from './layerSection.js';
import { pageScript } from './pageScript.js';
import { pageStyle } from './pageStyle.js';
import { pictureStyle } from './samplePicture.js';
import type { ReportSample } from './strongestSamples.js';
import { unitDetail } from './unitDetail.js';

export interface ReportExtras {
  /** What was explained, for the heading: the model's file name. */
  title: string;
  probe: ProbeSummary | null;
  /** Onnxplain's own. */
  version: string;
  /** The strongest inputs, by sample (`strongestSamples`). */
  samples?: ReadonlyMap<number, ReportSample>;
  /** By layer: activation maps over the strongest inputs, in the order of the layer's explanations. */
  maps?: ReadonlyMap<string, StrongestMaps>;
  /** The category of each concept. */
  categories?: Readonly<Record<string, string>>;
  /** Where this is a part of what was asked for: which part, in a sentence. */
  unfinished?: string;
}

/** Reports of more neurons than this show fewer pictures each, so that they stay quick. */
const manyUnits = 2000;

/**
 * The explanation as one HTML file that opens from disk without a network: style, script, pictures and data are in it, and
 * its content policy allows nothing else. It names no folder of this machine and no date: equal explanations give equal
 * bytes.
 */
export function renderReport(explanation: Explanation, extras: ReportExtras): string {
  const { layers } = explanation;
  const samples = extras.samples ?? new Map<number, ReportSample>();
  const units = layers.reduce((sum, layer) => sum + layer.explanations.length, 0);
  const illustrated = [...samples.values()].filter(({ picture }) => picture !== null);
  const pictures = illustrated.length === 0 ? 0 : units > manyUnits ? 4 : 8;
  const small = illustrated.every(({ picture }) => Math.max(picture!.width, picture!.height) <= 64);
  const data = {
    columns: extras.probe?.columns ?? [],
    samples: Object.fromEntries(
      [...samples].map(([sample, { name, labels, values }]) => [sample, { name, labels, values }]),
    ),
    layers: layers.map((layer) => ({ units: layer.explanations.map(unitDetail) })),
  };
  const thumbnails = pictureStyle(samples);
  const names = layers.map(layerName);
  const ambiguous = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src ${hash(pageStyle)} ${hash(thumbnails)}`,
    `script-src ${hash(pageScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Onnxplain ${escapeHtml(extras.version)}">
<title>${escapeHtml(extras.title)} · Onnxplain</title>
<style>${pageStyle}</style>
<style>${thumbnails}</style>
</head>
<body class="${pictures && small ? 'pixels' : ''}">
${heading(explanation, extras, units)}
<div class="body">
<nav aria-label="Layers">${layers.map((layer, index) => navigationLink(layer, index, ambiguous.has(layerName(layer)))).join('')}</nav>
<main class="${pictures ? 'pictures' : ''}">
<div class="tools"><input id="find" type="search" placeholder="Filter by concept, #number or words" aria-label="Filter neurons">
<select id="show" aria-label="Which neurons"><option value="">All neurons</option><option value="explained">Explained</option>
<option value="chance">No better than chance</option><option value="silent">Dead or constant</option>
<option value="other">Rare or without a match</option></select>
<select id="sort" aria-label="Sort by"><option value="unit:ascending">By number</option><option value="iou:descending">By IoU</option>
<option value="lift:descending">By lift over chance</option><option value="fires:descending">By fire rate</option>
<option value="label:ascending">By label</option></select><span id="count" class="quiet" role="status"></span></div>
${layers
  .map((layer, index) =>
    layerSection(
      layer,
      index,
      pictures,
      samples,
      extras.maps?.get(layer.name) ?? null,
      dissectionSection(layer, extras.categories ?? {}),
    ),
  )
  .join('')}</main>
</div>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const counted = (count: number, thing: string) => `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

function heading({ model, probe, settings, layers }: Explanation, extras: ReportExtras, units: number): string {
  const about = extras.probe;
  const { search, beam, maxLength } = settings;
  const facts: [string, string][] = [
    ['Fires', fires(settings.threshold)],
    [
      'Search',
      `${search}${search === 'beam' ? ` of ${beam}` : ''}, at most ${counted(maxLength, 'concept')} in a label, seed ${settings.seed}`,
    ],
    ['Explained', `neurons that fire at ${counted(settings.minActive, 'position')} or more`],
    ['Concepts', about ? (about.concepts.length ? about.concepts.length.toLocaleString('en') : 'none') : ''],
    ['Probe set', `sha256 ${probe.sha256.slice(0, 16)}`],
    ['Model', model ? `sha256 ${model.sha256.slice(0, 16)}` : ''],
    ['Made by', `Onnxplain ${extras.version}`],
  ];
  const title = about
    ? `${about.title}${about.bundled ? ' (bundled)' : ''}${about.drawn ? ' (drawn, not real data)' : ''}`
    : probe.kind;
  // The title tells how many there are; not all need have been used.
  const samples = about?.samples === probe.samples ? '' : ` · ${counted(probe.samples, 'sample')}`;
  const positions = probe.positions === probe.samples ? '' : ` · ${counted(probe.positions, 'position')}`;
  return `<header><h1>${escapeHtml(extras.title)}</h1>
<p>${counted(layers.length, 'layer')} · ${counted(units, 'neuron')} · explained on ${escapeHtml(title)}${samples}${positions}</p>
${extras.unfinished ? `<p>${escapeHtml(extras.unfinished)}</p>\n` : ''}<details><summary>How to read this, and how it was made</summary>
<p>A neuron’s label is the formula over concepts that holds most nearly where the neuron fires. <b>IoU</b> is the overlap of the two: 1 where
they are the same, 0 where they never meet. The <b>tick</b> on its bar is what the same search reaches by chance, with the neuron’s activations
shuffled across samples; a label at or below it is grey. In histograms the coloured part is where the neuron fires; their heights
are on a square-root scale, and a bar that towers over all others is cut off. Strongest inputs are outlined, or ringed, where the neuron answers to them.</p>
<dl>${facts.map(([name, text]) => (text ? `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>` : '')).join('')}</dl>
${(about?.assumptions ?? []).map((assumption) => `<p>${escapeHtml(assumption)}</p>`).join('')}</details></header>`;
}

function fires(threshold: string): string {
  const [rule, value] = threshold.split(':');
  if (rule === 'quantile') return `above the threshold that a share of ${value} of the activations exceed`;
  if (rule === 'value') return `above ${value}`;
  return 'layers with places: above the threshold that a share of 0.005 of the activations exceed; others: above 0';
}

import type { MapResult, Picture, SampleView } from '../../../src/shared/engineApi.js';
import {
  checkpointChange,
  type CheckpointChange,
  type ComparedExplanation,
} from '../../../src/shared/checkpointChange.js';
import type {
  EvaluationChoice,
  FormerSummary,
  MapCall,
  PanelCall,
  PanelError,
  PanelEvent,
  PanelMethods,
  PanelReply,
  StrongestPicture,
} from '../../../src/shared/panelProtocol.js';
import { defaultSettings, type UnitExplanation } from '../../../src/shared/results.js';
import { effectMethods } from './effects.js';
import { garment } from './garments.js';
import { detailOf, rowsOf, summaryOf, unitsOf, type LayerSpec } from './layers.js';
import { seeded } from './random.js';
import { setMethods } from './sets.js';
import { scenarios, type ScenarioName } from './scenarios.js';

/**
 * Stands in for the extension host: answers the panel's protocol from a scenario. Runs in the page, before the page's own
 * script; `window.fake` is what the tests see of it.
 */
const parameters = new URLSearchParams(location.search);
const scenario = scenarios[(parameters.get('scenario') ?? 'fashion') as ScenarioName]();
const units = new Map<string, UnitExplanation[]>(scenario.specs.map((spec) => [spec.layer.name, unitsOf(spec)]));
const specOf = (name: string): LayerSpec => scenario.specs.find(({ layer }) => layer.name === name)!;

/** Before, every fourth neuron was what another one is now. */
const change = scenario.retrained ? checkpointChange(explained((unit) => (unit % 4 === 0 ? unit + 1 : unit)), explained((unit) => unit)) : null; // prettier-ignore

function explained(from: (unit: number) => number): ComparedExplanation {
  const layers = scenario.specs.map(({ layer: { name, module, op } }) => {
    const all = units.get(name)!;
    const explanations = all.map(({ unit }) => ({ ...all[from(unit) % all.length], unit }));
    return { name, module, op, units: all.length, explanations };
  });
  return { layers };
}

function formerOf({ layers }: CheckpointChange): FormerSummary {
  const counts = { died: 0, woke: 0, relabelled: 0, iou: 0 };
  for (const layer of layers) for (const { kind } of layer.changed) counts[kind]++;
  return { explainedAt: Date.UTC(2026, 2, 14, 9, 5), counts, differs: [] };
}

const kindsOf = (layer: string, { layers }: CheckpointChange) => {
  const changed = layers.find(({ name }) => name === layer)?.changed ?? [];
  return units.get(layer)!.map(({ unit }) => changed.find((of) => of.unit === unit)?.kind ?? null);
};

const calls: PanelCall[] = [];
const failures = new Map<string, PanelError>();
/** Calls that get no answer. */
const mute = new Set<string>();

/** A soft hill somewhere in the picture, other for every unit and sample. */
function hill(unit: number, sample: number, width: number, height: number): Float32Array {
  const random = seeded(unit * 101 + sample);
  const [x0, y0] = [0.3 + 0.4 * random(), 0.3 + 0.4 * random()];
  const spread = 0.13 + 0.07 * random();
  return Float32Array.from({ length: width * height }, (_, i) => {
    const x = ((i % width) + 0.5) / width - x0;
    const y = (Math.floor(i / width) + 0.5) / height - y0;
    return Math.exp(-(x * x + y * y) / (2 * spread * spread));
  });
}

function sampleView(sample: number): SampleView {
  if (scenario.probe?.kind === 'states') {
    const random = seeded(sample);
    return { name: String(sample), path: null, labels: [], values: [random() * 4.8 - 2.4, random() * 3 - 1.5, random() * 0.4 - 0.2, random() * 4 - 2] }; // prettier-ignore
  }
  const { picture, kind } = garment(sample);
  return { name: picture.name, path: null, labels: [kind], values: null };
}

function strongest({ layer, unit, count }: Parameters<PanelMethods['strongest']>[0]): StrongestPicture[] {
  const { top } = units.get(layer)![unit];
  const { shape } = specOf(layer).layer;
  return top.slice(0, count).map(({ sample, value }) => {
    const { picture, kind } = garment(sample);
    const [height, width] = [7, 7];
    const map = shape!.length === 4 ? { height, width, threshold: 140.5, values: Uint8Array.from(hill(unit, sample, width, height), (v) => v * 255) } : null; // prettier-ignore
    return { sample, value, name: picture.name, labels: [kind], picture, map };
  });
}

function map(call: MapCall): MapResult {
  const sample = call.input.kind === 'sample' ? call.input.sample : 7;
  const picture = scaled(garment(sample).picture, 8);
  if (call.input.kind === 'file') picture.path = call.input.path;
  const values = hill((call.class ?? 0) + call.method.length * 7 + (call.layers[0]?.length ?? 0), sample, picture.width, picture.height); // prettier-ignore
  const names = ['sneaker', 'ankle boot', 'sandal', 'bag', 'shirt'];
  return {
    method: call.method,
    layers: call.layers.length > 0 ? call.layers : ['layer2.conv'],
    values,
    width: picture.width,
    height: picture.height,
    picture,
    top: names.map((name, i) => ({ class: 7 + i, name, score: 8 - 2.2 * i, probability: [0.871, 0.102, 0.021, 0.004, 0.0007][i] })), // prettier-ignore
    class: call.class ?? (call.method === 'cam' ? 7 : null),
    scores: scenario.scores,
    box: scenario.scores === 'boxes' ? (call.box ?? 412) : null,
    milliseconds: 38 + 20 * call.method.length,
    notes: call.method === 'eigen-cam' ? ['Sign chosen so that the map follows the energy of the activations.'] : [],
  };
}

function scaled(picture: Picture, by: number): Picture {
  const [width, height] = [picture.width * by, picture.height * by];
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / by) * picture.width + Math.floor(x / by)) * 4;
      rgba.set(picture.rgba.subarray(from, from + 4), (y * width + x) * 4);
    }
  return { ...picture, width, height, rgba };
}

const sets = setMethods(scenario.probe);

const methods: { [M in keyof PanelMethods]: (p: Parameters<PanelMethods[M]>[0]) => ReturnType<PanelMethods[M]> } = {
  open: () => ({
    model: scenario.model,
    structure: scenario.structure,
    probe: scenario.probe,
    layers: scenario.specs.map((spec) => summaryOf(spec, units.get(spec.layer.name)!)),
    status: scenario.status,
    settings: defaultSettings,
    methods: scenario.methods,
    timings: null,
    former: change && formerOf(change),
    view: { tab: 'neurons', layer: scenario.specs[3]?.layer.name ?? null, unit: null, input: null },
  }),
  rows: ({ layer }) => {
    const spec = specOf(layer);
    if (spec.state === 'waiting') throw new Error(`Layer ${layer} has no results yet`);
    return { ...rowsOf(spec, units.get(layer)!), changes: change && kindsOf(layer, change) };
  },
  unit: ({ layer, unit }) => ({
    ...detailOf(specOf(layer), units.get(layer)![unit], sampleView),
    change: change?.layers.find(({ name }) => name === layer)?.changed.find((of) => of.unit === unit) ?? null,
  }),
  changes: () => change,
  strongest,
  sample: ({ sample }) => sampleView(sample),
  picture: ({ sample }) => garment(sample).picture,
  columnEffect: ({ unit }) =>
    scenario.probe!.columns.map((column, c) => {
      const values = Array.from({ length: 41 }, (_, i) => -2.4 + i * 0.12);
      const slope = Math.cos(unit + c * 2) * 1.6;
      return { column, at: Math.sin(unit + c), values, activations: values.map((value) => Math.tanh(slope * value + c * 0.3) * 2 + 1) }; // prettier-ignore
    }),
  ...effectMethods(scenario.probe, (layer) => units.get(layer)!),
  ...sets,
  jobProgress: ({ job }) => {
    if (job !== 'evaluate' && job !== 'correlate') return { done: 3, total: 8 };
    const asked = mute.has(job) ? calls.findLast(({ method }) => method === job) : undefined;
    if (!asked) return null;
    return job === 'evaluate' ? sets.progressOf(asked.params as EvaluationChoice) : { done: 3, total: 8 };
  },
  feeds: ({ layer, unit }) => {
    const at = scenario.specs.findIndex((spec) => spec.layer.name === layer);
    const next = scenario.specs[at + 1];
    if (!next) return [];
    return [1.31, 0.82, -0.58, 0.41, -0.3, 0.12].map((weight, i) => ({
      layer: next.layer.name,
      target: next.layer.module ?? next.layer.name,
      unit: (unit * 7 + i * 3) % next.layer.units!,
      weight,
    }));
  },
  measure: () => {
    const [first, second, ...others] = scenario.structure!.layers;
    const layers = [first, ...others].map(({ name }, i) => ({ layer: name, milliseconds: 4.12 / (i + 1) }));
    return { layers, fused: [{ layer: second.name, into: first.name }], total: 14.9, runs: 30, batch: 1, threads: 2, provider: 'cpu', notes: [] }; // prettier-ignore
  },
  stopMeasuring: () => undefined,
  explain: () => undefined,
  stop: () => undefined,
  restart: () => undefined,
  proposals: () => [
    { choice: { kind: 'file', path: '/home/ada/fashion/test.probe.json' }, title: 'test.probe.json', detail: '1,000 pictures beside the model', origin: 'near the model' },
    { choice: { kind: 'data', path: '/home/ada/photos' }, title: 'photos', detail: '214 pictures in the workspace', origin: 'workspace' },
    { choice: { kind: 'bundled', name: 'fashion' }, title: 'Fashion-MNIST test, 1,000 pictures', detail: 'Comes with Onnxplain; MIT licence', origin: 'bundled' },
  ], // prettier-ignore
  browseProbe: () => null,
  editProbe: () => undefined,
  map,
  judge: () => ({
    metrics: [
      { title: 'Deletion', shows: 'Area under the class’s probability while the most salient pixels are deleted.', better: 'lower', value: 0.13, control: 0.271 },
      { title: 'Insertion', shows: 'Area under it while they come back into the blurred picture.', better: 'higher', value: 0.569, control: 0.348 },
      { title: 'ROAD', shows: 'How much more the class loses without the most salient pixels than without the least, imputed.', better: 'higher', value: -0.08, control: -0.06 },
      { title: 'Average drop', shows: 'Share of its probability that the class loses where only the map is shown.', better: 'lower', value: null, control: null },
    ],
  }), // prettier-ignore
  reasons: ({ layer }) => ({ layer, class: 7, units: [{ unit: 12, share: 0.34 }, { unit: 3, share: 0.21 }, { unit: 30, share: 0.04 }] }), // prettier-ignore
  unavailableMethods: () => scenario.unavailable ?? [],
  stopMaps: () => undefined,
  browsePicture: () => ({ path: '/home/ada/pictures/boot.png', name: 'boot.png' }),
  // The host keeps it under a name of its own.
  dropPicture: ({ name }) => ({ path: '/home/ada/.kept/0123456789abcdef.png', name }),
  pictureAt: ({ uri }) => ({ path: new URL(uri).pathname, name: uri.slice(uri.lastIndexOf('/') + 1) }),
  savePicture: ({ name }) => ({ path: `/home/ada/${name}` }),
  copy: () => undefined,
  report: () => ({ file: '/home/ada/fashion/fashion.report.html' }),
  goToCode: () => undefined,
  selectLayer: () => undefined,
  openSettings: () => undefined,
  openLog: () => undefined,
  manageTrust: () => undefined,
};

function replyTo(call: PanelCall): PanelReply {
  const failure = failures.get(call.method);
  if (failure) return { id: call.id, ok: false, error: failure };
  try {
    return { id: call.id, ok: true, result: methods[call.method](call.params as never) };
  } catch (error) {
    return { id: call.id, ok: false, error: { message: (error as Error).message, hint: null, code: 'host' } };
  }
}

function answer(call: PanelCall): void {
  calls.push(call);
  if (mute.has(call.method)) return;
  const reply = replyTo(call);
  // As between processes: the page gets a copy.
  setTimeout(() => postMessage(reply, '*'), 2);
}

const fake = {
  calls,
  fail: (method: string, error: PanelError | null) => (error ? failures.set(method, error) : failures.delete(method)),
  mute: (method: string) => mute.add(method),
  unmute: (method: string) => mute.delete(method),
  emit: (event: PanelEvent) => postMessage(event, '*'),
  post: (data: unknown) => postMessage(data, '*'),
};

const kept = `state of ${parameters.get('scenario')}`;

declare global {
  interface Window {
    fake: typeof fake;
    acquireVsCodeApi: () => unknown;
    hacked?: number;
  }
}

window.fake = fake;
window.acquireVsCodeApi = () => ({
  postMessage: (call: PanelCall) => answer(structuredClone(call)),
  getState: () => JSON.parse(sessionStorage.getItem(kept) ?? 'null'),
  setState: (state: unknown) => sessionStorage.setItem(kept, JSON.stringify(state)),
});

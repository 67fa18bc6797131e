import type { MapMethod, MapResult, ProbeSummary, UnavailableMethod } from '../../../src/shared/engineApi.js';
import type { Layer, ModelStructure } from '../../../src/shared/model.js';
import type { PanelStatus } from '../../../src/shared/panelProtocol.js';
import { garments } from './garments.js';
import type { LayerSpec } from './layers.js';

/** What the fake host plays. */
export interface Scenario {
  model: { name: string; folder: string };
  structure: ModelStructure | null;
  probe: ProbeSummary | null;
  specs: LayerSpec[];
  status: PanelStatus;
  methods: MapMethod[];
  unavailable?: UnavailableMethod[];
  scores?: MapResult['scores'];
  /** There was a former checkpoint. */
  retrained?: boolean;
}

const status = (change: Partial<PanelStatus>): PanelStatus => ({
  state: 'done',
  progress: null,
  error: null,
  stale: null,
  warnings: [],
  milliseconds: 6420,
  ...change,
});

function layer(
  module: string | null,
  op: string,
  shape: (number | string)[],
  parameters: number,
  name = module ?? '',
): Layer {
  return {
    name,
    node: module ? `/${module.replaceAll('.', '/')}/${op}` : '',
    op,
    module,
    source: null,
    shape,
    units: Number(shape[1]),
    unitAxis: 1,
    parameters,
  };
}

function structure(layers: Layer[], input: (number | string)[]): ModelStructure {
  return {
    schema: 'onnxplain/1',
    inputs: [{ name: 'input', type: 'float', shape: input }],
    outputs: [{ name: 'logits', type: 'float', shape: ['batch', 10] }],
    opset: 20,
    producer: 'pytorch 2.9.1',
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    layers,
  };
}

const seen = [
  'dark',
  'bright',
  'centre',
  'upper third',
  'lower third',
  'left half',
  'edge vertical',
  'edge horizontal',
  'edge diagonal',
  'many edges',
];

const methods: MapMethod[] = [
  { name: 'eigen-cam', title: 'Eigen-CAM', shows: 'Where the layer as a whole is most active: the first principal component of its channels.', cost: 'One forward run.', needsClass: false },
  { name: 'cam', title: 'CAM', shows: 'Where the evidence for a class lies, by the weights of the last linear layer.', cost: 'One forward run.', needsClass: true },
  { name: 'activation', title: 'Activation of one neuron', shows: 'Where one neuron is active.', cost: 'One forward run.', needsClass: false },
]; // prettier-ignore

const classMethods: MapMethod[] = [
  { name: 'gradcam', title: 'Grad-CAM', shows: 'Where channels are active that speak for the class.', cost: 'One forward and one backward run.', needsClass: true, smooths: true },
  { name: 'layercam', title: 'Layer-CAM', shows: 'Activations times their positive gradients.', cost: 'One forward and one backward run.', needsClass: true, smooths: true },
  { name: 'scorecam', title: 'Score-CAM', shows: 'Channels weighted by the score that is left.', cost: 'One forward run a channel.', needsClass: true, smooths: true, slow: true },
]; // prettier-ignore

/** As many as one would compare, with what is offered beside maps. */
const judgedMethods: MapMethod[] = [
  ...classMethods,
  { name: 'eigencam', title: 'Eigen-CAM', shows: 'Where the layer’s activations vary most together.', cost: 'One forward run.', needsClass: false },
  { name: 'randomcam', title: 'Random-CAM', shows: 'Channels weighted by chance.', cost: 'One forward run.', needsClass: false },
]; // prettier-ignore

const attributions: MapMethod[] = [
  { name: 'gradient', title: 'Gradient', shows: 'How the score changes with each component, right here.', cost: 'One forward and one backward run.', needsClass: true, ofInput: true, isAttribution: true },
  { name: 'ig', title: 'Integrated gradients', shows: 'Shares of the difference between the score here and at the baseline; they add up to it.', cost: 'One forward and one backward run a step.', needsClass: true, ofInput: true, isAttribution: true },
]; // prettier-ignore

const fashionLayers = [
  layer('stem.conv', 'Conv', ['batch', 32, 28, 28], 320),
  layer('layer1.conv1', 'Conv', ['batch', 32, 14, 14], 9248),
  layer('layer1.conv2', 'Conv', ['batch', 32, 14, 14], 9248),
  layer('layer2.conv', 'Conv', ['batch', 64, 7, 7], 18496),
  layer('head.fc1', 'Gemm', ['batch', 128], 401536),
  layer('head.fc2', 'Gemm', ['batch', 10], 1290),
];

function fashion(change: Partial<PanelStatus>, labelledLayers = 6, labelledUnits = Infinity): Scenario {
  const concepts = [...garments, ...seen];
  return {
    model: { name: 'fashion.onnx', folder: '/home/ada/fashion' },
    structure: structure(fashionLayers, ['batch', 1, 28, 28]),
    probe: {
      choice: { kind: 'bundled', name: 'fashion' },
      kind: 'images',
      title: 'Fashion-MNIST test, 1,000 pictures',
      path: null,
      samples: 1000,
      columns: [],
      concepts,
      bundled: true,
      drawn: false,
      assumptions: [
        'Pictures are resized to 28 × 28, because the input says so.',
        'Pixels are scaled to 0…1; no mean and deviation are subtracted.',
        'The input has one channel, so pictures are read as greyscale.',
      ],
    },
    specs: fashionLayers.map((of, i) => ({
      layer: of,
      concepts,
      samples: 1000,
      hasMaps: of.shape!.length === 4,
      labelled: i < labelledLayers ? Infinity : i === labelledLayers ? labelledUnits : 0,
      state: i < labelledLayers ? 'labelled' : i === labelledLayers ? 'measured' : 'waiting',
    })),
    status: status(change),
    methods,
  };
}

const columns = ['cart position', 'cart velocity', 'pole angle', 'pole velocity'];

function policy(change: Partial<PanelStatus> = {}): Scenario {
  const concepts = ['angle high', 'angle low', 'moving left', 'moving right', 'pole falling left', 'pole falling right', 'cart at the edge', 'cart centred']; // prettier-ignore
  const layers = [
    layer('policy.fc1', 'Gemm', ['batch', 64], 320),
    layer('policy.fc2', 'Gemm', ['batch', 64], 4160),
    layer('value.fc1', 'Gemm', ['batch', 64], 4160),
  ];
  return {
    model: { name: 'policy.onnx', folder: '/home/ada/cartpole' },
    structure: structure(layers, ['batch', 4]),
    probe: {
      choice: { kind: 'file', path: '/home/ada/cartpole/states.probe.json' },
      kind: 'states',
      title: 'CartPole states (14,248)',
      path: '/home/ada/cartpole/states.probe.json',
      samples: 14248,
      columns,
      concepts,
      bundled: false,
      drawn: false,
      assumptions: [],
    },
    specs: layers.map((of) => ({
      layer: of,
      concepts,
      samples: 14248,
      hasMaps: false,
      labelled: Infinity,
      state: 'labelled',
    })),
    status: status(change),
    methods: attributions,
  };
}

function without(of: Scenario, change: Partial<Scenario>): Scenario {
  return { ...of, specs: [], ...change };
}

function withoutLayers(why: string, code: string): Scenario {
  const error = { message: `trees.onnx ${why}`, hint: 'choose a model with convolutions or linear layers', code };
  const base = fashion({ state: 'failed', error });
  return without(base, { structure: { ...base.structure!, layers: [] } });
}

function wide(units: number): Scenario {
  const base = fashion({});
  const big = layer('encoder.wide', 'Conv', ['batch', units, 7, 7], 90_000);
  return {
    ...base,
    structure: structure([big], ['batch', 1, 28, 28]),
    specs: [{ ...base.specs[3], layer: big }],
  };
}

const hostileName = '<img src=x onerror="window.hacked=1">\u202egnp.exe\u0007';

function hostile(): Scenario {
  const base = fashion({ warnings: [`${hostileName} is not a picture`] });
  const of = layer(`evil.${hostileName}`, 'Conv', ['batch', 32, 7, 7], 12);
  const concepts = [
    hostileName,
    '</style><script>window.hacked=1</script>',
    '${window.hacked=1}',
    'a OR b',
    '__proto__',
  ];
  return {
    ...base,
    model: { name: hostileName, folder: `/${hostileName}` },
    structure: { ...structure([of], ['batch', 1, 28, 28]), producer: hostileName },
    probe: { ...base.probe!, title: hostileName, concepts, assumptions: [hostileName] },
    specs: [{ ...base.specs[3], layer: of, concepts }],
  };
}

function longNames(): Scenario {
  const base = fashion({});
  const concepts = ['a concept whose name somebody wrote out in full, with every detail', 'conifer forest at dusk', 'unbrokenwordthatgoesonandonandonandonandonandonandonandon', 'sky']; // prettier-ignore
  const layers = fashionLayers.map((of, i) => ({
    ...of,
    name: `t${i}`,
    module: `encoder.blocks.${i}.attention.output.projection_with_a_long_name.${of.module}`,
  }));
  return {
    ...base,
    model: { name: 'a-model-with-a-name-that-does-not-fit_epoch=041-val_loss=0.1234.onnx', folder: '/' },
    structure: structure(layers, ['batch', 1, 28, 28]),
    probe: {
      ...base.probe!,
      title: 'A probe set with a title that somebody wrote out in full, 50,000 pictures',
      concepts,
    },
    specs: base.specs.map((spec, i) => ({ ...spec, concepts, layer: layers[i] })),
    status: status({
      state: 'working',
      progress: { type: 'progress', stage: 'labelling', layer: 't3', done: 41, total: 64, overall: 0.4 },
    }),
  };
}

/** Of states that a model of a single output is asked about. */
export const regressionTitle = 'Carts and how long they stood';

export const scenarios = {
  fashion: () => fashion({}),
  working: () =>
    fashion(
      { state: 'working', milliseconds: null, progress: { type: 'progress', stage: 'labelling', layer: 'layer2.conv', done: 41, total: 64, overall: 0.4 } },
      3,
      41,
    ), // prettier-ignore
  segmentation: () => ({
    ...fashion({}),
    methods: [...classMethods, ...methods],
    scores: 'places' as const,
    unavailable: [{ name: 'layercam', reason: 'net.onnx: NonZero "/head/NonZero" has no gradient here' }],
  }),
  judged: () => ({
    ...fashion({}),
    methods: [...judgedMethods, ...attributions],
    unavailable: [{ name: 'scorecam', reason: 'net.onnx: too many channels' }],
  }),
  detector: () => ({ ...fashion({}), methods: classMethods, scores: 'boxes' as const }),
  policy: () => policy(),
  regression: () => ({ ...policy(), probe: { ...policy().probe!, title: regressionTitle } }),
  wide: () => wide(10_000),
  hostile,
  longNames,
  empty: () => without(fashion({ state: 'empty', milliseconds: null }), {}),
  starting: () => without(fashion({ state: 'working', milliseconds: null }), { structure: null, probe: null }),
  stopped: () => fashion({ state: 'stopped', milliseconds: null }, 3, 20),
  failed: () =>
    without(
      fashion({
        state: 'failed',
        error: {
          message: 'fashion.onnx: a Git LFS pointer, not a model',
          hint: 'Run git lfs pull in its folder',
          code: 'model/lfs-pointer',
        },
      }),
      { structure: null, probe: null },
    ),
  tree: () => withoutLayers('is a TreeEnsembleClassifier, not a neural network: it has no neurons', 'model/no-layers'),
  unusual: () => withoutLayers('has no layer worth explaining', 'model/no-usual-layers'),
  failedProbe: () =>
    fashion({
      state: 'failed',
      error: {
        message: 'states.csv: no column "pole_angle"',
        hint: 'Its columns are x, v, angle and omega',
        code: 'probe/column',
      },
    }),
  lost: () =>
    fashion({
      state: 'lost',
      error: {
        message: 'The engine stopped: it was out of memory at 4,096 MB',
        hint: 'Restart it, or raise the ceiling in the settings',
        code: 'engine/lost',
      },
    }),
  restricted: () => without(fashion({ state: 'restricted' }), { probe: null }),
  retrained: () => ({ ...policy(), retrained: true }),
  stale: () =>
    fashion({
      stale: 'fashion.onnx changed on disk',
      warnings: ['CUDA was asked for and is not in this build; the CPU is used.'],
    }),
} satisfies Record<string, () => Scenario>;

export type ScenarioName = keyof typeof scenarios;

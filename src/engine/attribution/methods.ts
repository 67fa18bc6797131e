import type { GradientOptions } from '../backward/index.js';
import { inputValues } from '../map/inputBatch.js';
import type { OnnxModel } from '../onnx/model.js';
import type { AttributionJob } from './attribute.js';
import type { Model } from './model.js';
import { integratedGradients, layerIntegratedGradients } from './integratedGradients.js';
import { deconvRules, guidedRules } from './rules/rectifiers.js';
import { lrpRules } from './rules/lrp.js';
import { alphaBeta, epsilon, gamma, type RelevanceRule, zPlus } from './rules/relevance.js';
import { relpRules } from './rules/relp.js';
import { smoothGrad } from './smoothGrad.js';

export interface Attributed {
  /** Of one sample. */
  dims: number[];
  values: Float32Array[];
  /** Null where no run at the input itself was needed. */
  scores: ArrayLike<number> | null;
  /** What each sample's attribution should add up to. */
  expected?: ArrayLike<number>;
  /** What is to be said of how they were made. */
  note?: string;
}

export interface AttributionMethod {
  name: string;
  title: string;
  /** One line: what this shows. */
  shows: string;
  /** One line: what it costs. */
  cost: string;
  /** Whether it promises what its values add up to. */
  sums: boolean;
  /** Other rules than the gradient's. */
  rules?(model: OnnxModel, wrt: string, job: AttributionJob): GradientOptions | Promise<GradientOptions>;
  /** Whether it asks for gradients at many points. */
  repeats?: boolean;
  run(model: Model, job: AttributionJob): Promise<Attributed>;
}

const oneRun = 'One forward and one backward run.';

/** By the name that the command line and the panel use, in the order in which they are offered. */
export const attributionMethods = {
  gradient: {
    name: 'gradient',
    title: 'Gradient',
    shows: 'How the score changes with each component, right here.',
    cost: oneRun,
    sums: false,
    run: plain,
  },
  'input-x-gradient': {
    name: 'input-x-gradient',
    title: 'Input × gradient',
    shows: 'The gradient times the component itself: its share, were the network linear.',
    cost: oneRun,
    sums: false,
    run: times,
  },
  ig: {
    name: 'ig',
    title: 'Integrated gradients',
    shows:
      'Shares of the difference between the score here and at the baseline, along the input’s path, to a layer too (conductance); they add up to it.',
    cost: 'One forward and one backward run a step.',
    sums: true,
    repeats: true,
    run: alongThePath,
  },
  smoothgrad: {
    name: 'smoothgrad',
    title: 'SmoothGrad',
    shows: 'The gradient, averaged over noisy copies of the input.',
    cost: 'One forward and one backward run a sample.',
    sums: false,
    repeats: true,
    run: noisy,
  },
  'guided-backprop': {
    name: 'guided-backprop',
    title: 'Guided backpropagation',
    shows: 'What excites the score through rectifiers that are on: sharp, but much the same for every class.',
    cost: oneRun,
    sums: false,
    rules: () => ({ rules: guidedRules }),
    run: plain,
  },
  deconvnet: {
    name: 'deconvnet',
    title: 'DeconvNet',
    shows: 'What excites the score, going back through rectifiers whether they are on or not.',
    cost: oneRun,
    sums: false,
    rules: () => ({ rules: deconvRules }),
    run: plain,
  },
  'lrp-epsilon': lrp('epsilon', 'LRP ε', 'each layer shares out its relevance by contribution', epsilon),
  'lrp-gamma': lrp('gamma', 'LRP γ', 'on convolutions positive contributions count 1.25 times', gamma(0.25)),
  'lrp-zplus': lrp('zplus', 'LRP z⁺', 'on convolutions only positive contributions count', zPlus),
  'lrp-alpha2beta1': lrp(
    'alpha2beta1',
    'LRP α2β1',
    'on convolutions positive contributions count twice, negative ones against',
    alphaBeta(2, 1),
  ),
  relp: {
    name: 'relp',
    title: 'RelP',
    shows:
      'Input × a gradient that keeps sums through activations, norms and gates: near to patching, at its fraction.',
    cost: oneRun,
    sums: true,
    rules: (model, _, { constantAttention }) => relpRules(model, { constantAttention }),
    run: times,
  },
} satisfies Record<string, AttributionMethod> as Record<string, AttributionMethod>;

function lrp(name: string, title: string, how: string, rule: RelevanceRule): AttributionMethod {
  return {
    name: `lrp-${name}`,
    title,
    shows: `Shares of the score, handed back layer by layer: ${how}.`,
    cost: oneRun,
    sums: true,
    rules: (model, wrt, { box }) => lrpRules(model, wrt, rule, box),
    async run(model) {
      // Relevance is in proportion to what is shared out, so that the score can be multiplied in when all is done.
      const { scores, values, back } = await model.at(null);
      const shares = samplesOf(back, values.dims, model.count);
      shares.values.forEach((share, sample) => share.forEach((value, i) => (share[i] = value * scores[sample])));
      return { ...shares, scores, expected: scores };
    },
  };
}

async function plain(model: Model): Promise<Attributed> {
  const { scores, values, back } = await model.at(null);
  return { ...samplesOf(back, values.dims, model.count), scores };
}

async function times(model: Model): Promise<Attributed> {
  const { scores, values, back } = await model.at(null);
  const product = back.map((value, i) => value * Number(values.data[i]));
  return { ...samplesOf(product, values.dims, model.count), scores, expected: scores };
}

async function alongThePath(model: Model, { steps, refine, baseline }: AttributionJob): Promise<Attributed> {
  const input = inputValues(model.feeds, model.input);
  const [rows] = model.inputTensor.dims;
  const size = input.length / rows;
  const from = Float32Array.from(input, (_, i) => (typeof baseline === 'number' ? baseline : baseline[i % size]));
  let dims: readonly number[] = [];
  const at = async (point: Float32Array) => {
    const { scores, values, back } = await model.at(point);
    dims = values.dims;
    return { values: scores, gradient: back, layer: values.data as Float32Array, rows };
  };
  const integrate = model.wrt === model.input ? integratedGradients : layerIntegratedGradients;
  const { attribution, values, baselineValues, more } = await integrate(input, from, steps, at, refine);
  const expected = values.map((value, i) => value - baselineValues[i]);
  return {
    ...samplesOf(attribution, dims, model.count),
    scores: values,
    expected,
    ...(more > 0 ? { note: steep } : {}),
  };
}

async function noisy(model: Model, job: AttributionJob): Promise<Attributed> {
  let dims: readonly number[] = [];
  const input = inputValues(model.feeds, model.input);
  const batch = model.inputTensor.dims[0];
  const mean = await smoothGrad(input, batch, job, async (point) => {
    const { values, back } = await model.at(point);
    dims = values.dims;
    return back;
  });
  return { ...samplesOf(mean, dims, model.count), scores: model.knownScores };
}

const steep =
  'The score is so steep on a part of the way from the baseline that integrated gradients took more points there.';

/** The batch's samples, without what fills it up. */
function samplesOf(data: Float32Array, dims: readonly number[], count: number): Pick<Attributed, 'dims' | 'values'> {
  const size = data.length / (dims[0] || 1);
  return {
    dims: [...dims.slice(1)],
    values: Array.from({ length: count }, (_, sample) => data.slice(sample * size, (sample + 1) * size)),
  };
}

import path from 'node:path';
import type {
  DecisionReasons,
  MapJudgement,
  MapMethod,
  MapRequest,
  MapResult,
  Picture,
  ReasonsRequest,
} from '../shared/engineApi.js';
import { UserError } from '../shared/userError.js';
import {
  attribute,
  attributionMethods,
  decisionReasons,
  defaultAttribution,
  fractionalInputs,
  KeptGradient,
  magnitudeMap,
} from './attribution/index.js';
import { mapMethods } from './cam/index.js';
import { controlMethod, type EvaluationMetric, evaluationMetrics } from '../shared/evaluation.js';
import { classLogits, evaluateMaps } from './evaluate/index.js';
import { classNames } from './classNames.js';
import { computeMaps } from './map/computeMaps.js';
import { highest, topClasses } from './map/classScores.js';
import type { MapInputs } from './map/mapJob.js';
import { ModelRuns } from './map/modelRuns.js';
import { classOutput } from './map/classOutput.js';
import { findLayer, structureOf } from './onnx/index.js';
import type { OnnxModel } from './onnx/model.js';
import type { Opened } from './opened.js';
import type { ProbeSet } from './probe/index.js';
import { sampleOf } from './request.js';

/** The picture that the model saw is shown at up to this size. */
const shownPicture = 1024;
/** What is measured of one map while the user waits: no masks, no second network. */
const quickMetrics: EvaluationMetric[] = ['deletion', 'insertion', 'road', 'drop'];

/** Everything that can be drawn over a picture: maps of layers, then attributions to its pixels. */
export const pictureMethods = (): MapMethod[] => [
  ...Object.values(mapMethods).map(({ name, title, shows, cost, needsClass, needs, drawing }) => ({
    name,
    title,
    shows,
    cost,
    needsClass,
    ofInput: drawing.by === 'model',
    smooths: drawing.by !== 'map',
    slow: needs.endsWith('scores'),
  })),
  ...Object.values(attributionMethods).map(({ name, title, shows, cost }) => ({ name, title, shows, cost, needsClass: true, ofInput: true, isAttribution: true })),
]; // prettier-ignore

/** Answers what is asked about one picture: its map, what the map is worth, why the class is what it is. */
export class PictureRequests {
  // The next map is of the same model as a rule, and opening its sessions takes longer than drawing it.
  #runs: ModelRuns | null = null;
  readonly #gradient = new KeptGradient();

  constructor(private readonly opened: Opened) {}

  async map(request: MapRequest, signal: AbortSignal): Promise<MapResult> {
    const { model, inputs, picture } = await this.#see(request);
    if (Object.hasOwn(attributionMethods, request.method)) {
      return this.#attribution(model, inputs, picture, request, signal);
    }
    const { method, layers, class: wanted, unit, eigenSmooth, augSmooth, region, box, threads = null } = request;
    const maps = await computeMaps(
      model,
      inputs,
      [picture.height, picture.width],
      {
        method,
        layers,
        class: wanted,
        output: null,
        unit,
        seed: 0,
        raw: false,
        threads,
        eigenSmooth,
        augSmooth,
        region,
        box: box ?? undefined,
      },
      { signal, runs: this.#runsOf(model, threads) },
    );
    return {
      method,
      layers: maps.layers,
      values: maps.maps[0],
      width: picture.width,
      height: picture.height,
      picture,
      top: maps.top[0],
      class: maps.classes[0],
      scores: maps.scores,
      box: maps.boxes[0],
      milliseconds: maps.milliseconds,
      notes: maps.notes,
    };
  }

  async judge(request: MapRequest, signal: AbortSignal): Promise<MapJudgement> {
    const { model, inputs } = await this.#see(request);
    const known = Object.hasOwn(mapMethods, request.method) && mapMethods[request.method].needs !== 'unit';
    if (!known) {
      throw new UserError('this is not a map of a class, so there is no prediction to judge it by', {
        hint: 'choose a method that draws a class',
        code: 'evaluate/method',
      });
    }
    const { rows } = await evaluateMaps(
      model,
      inputs,
      {
        methods: [request.method],
        layers: request.layers,
        metrics: quickMetrics,
        samples: 1,
        class: request.class,
        output: null,
        seed: 0,
        threads: request.threads ?? null,
      },
      { signal },
    );
    const own = rows[0];
    const control = rows.find(({ method }) => method === controlMethod)!;
    if (own.problem !== null) throw new UserError(own.problem, { code: 'evaluate/method' });
    return {
      metrics: quickMetrics.map((metric) => ({
        ...evaluationMetrics[metric],
        value: own.values[metric] ?? null,
        control: control.values[metric] ?? null,
      })),
    };
  }

  async reasons(request: ReasonsRequest): Promise<DecisionReasons> {
    const { model, inputs } = await this.#see(request);
    const layer = findLayer(structureOf(model), request.layer);
    return decisionReasons(this.#runsOf(model, request.threads), await inputs.batch(0, 1), layer, request.class);
  }

  async #attribution(
    model: OnnxModel,
    inputs: MapInputs,
    picture: Picture,
    { method, class: wanted, threads = null }: MapRequest,
    signal: AbortSignal,
  ): Promise<MapResult> {
    const job = { ...defaultAttribution, refine: true, method, class: wanted, threads };
    const fractional = await fractionalInputs(model, inputs, job);
    // A model that is made for this picture's bytes is gone afterwards.
    const kept = fractional.model === model ? this.#gradient : undefined;
    const made = await attribute(
      fractional.model,
      fractional.inputs,
      { ...job, output: fractional.output },
      { signal, kept },
    ).finally(() => fractional.release());
    const scores = await classLogits(this.#runsOf(model, threads), inputs.input, await inputs.batch(0, 1));
    const { link } = classOutput(model, null);
    const sum = made.values[0].reduce((total, value) => total + value, 0);
    return {
      method,
      layers: [],
      values: magnitudeMap(made.values[0], made.dims, picture),
      width: picture.width,
      height: picture.height,
      picture,
      top: topClasses(scores, link, await classNames(model, scores.length), [wanted ?? highest(scores)]),
      class: made.classes[0],
      milliseconds: made.milliseconds,
      notes: [
        'Shown is the magnitude of each pixel’s sum over its channels.',
        ...(made.expected
          ? [`The values add up to ${Number(sum.toPrecision(4))} of ${Number(made.expected[0].toPrecision(4))}.`]
          : []),
        ...made.notes,
      ],
    };
  }

  /** The prepared input, as the model sees it. */
  async #see({ model: file, probe, input }: Pick<MapRequest, 'model' | 'probe' | 'input'>): Promise<{
    model: OnnxModel;
    inputs: MapInputs;
    picture: Picture;
  }> {
    const { model } = await this.opened.model(file);
    const set = await this.opened.probe(file, probe);
    if (!set.picture || !set.prepareFile) {
      throw new UserError(`${path.basename(file)}: maps are drawn over pictures, and its probe set has none`, {
        hint: 'choose a probe set of pictures',
        code: 'probe/no-pictures',
      });
    }
    const { feeds, picture } = await seen(set, input);
    return { model, picture, inputs: { kind: set.kind, input: set.input, samples: 1, batch: async () => feeds } };
  }

  #runsOf(model: OnnxModel, threads: number | null = null): ModelRuns {
    if (this.#runs?.model !== model || this.#runs.threads !== threads) {
      void this.#runs?.release();
      this.#runs = new ModelRuns(model, threads);
    }
    return this.#runs;
  }
}

async function seen(set: ProbeSet, input: MapRequest['input']) {
  if (input.kind === 'file') return set.prepareFile!(input.path);
  const sample = sampleOf(set, input.sample);
  return { feeds: await set.batch(sample, 1), picture: await set.picture!(sample, shownPicture) };
}

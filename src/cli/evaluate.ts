import path from 'node:path';
import { mapMethods } from '../engine/cam/index.js';
import { classNames } from '../engine/classNames.js';
import { evaluateMaps } from '../engine/evaluate/index.js';
import { createEngine, mediaFolder } from '../engine/index.js';
import { classIndex } from '../engine/map/classIndex.js';
import { classOutput } from '../engine/map/classOutput.js';
import { describeTensor, findLayer, readModel, structureOf } from '../engine/onnx/index.js';
import type { OnnxModel } from '../engine/onnx/model.js';
import { openProbe } from '../engine/probe/index.js';
import { allMetrics, controlMethod, type Evaluation, evaluationCsv, evaluationMetrics } from '../shared/evaluation.js';
import { UserError } from '../shared/userError.js';
import { oneOf, parseCommand, wholeNumber } from './arguments.js';
import { showResult, writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

const command = 'evaluate';
const defaultMethods = ['gradcam', 'gradcam++', 'xgradcam', 'layercam', 'hirescam', 'eigencam'];
const defaultSamples = 20;

/** Judges maps by what happens to the prediction, and by masks: methods × layers × metrics. */
export async function evaluate(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    probe: { type: 'string' },
    method: { type: 'string', multiple: true },
    layer: { type: 'string', multiple: true },
    metric: { type: 'string', multiple: true },
    class: { type: 'string' },
    output: { type: 'string' },
    limit: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
    csv: { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('evaluate wants one MODEL', command);
  const drawable = Object.values(mapMethods).filter(({ needs }) => needs !== 'unit');
  const methods = (values.method ?? defaultMethods).map(
    (method) =>
    oneOf(command, 'method', method, drawable.map(({ name }) => name), method), // prettier-ignore
  );
  const metrics = (values.metric ?? allMetrics).map((metric) =>
    oneOf(command, 'metric', metric, allMetrics, 'deletion'),
  );
  const progress = createProgress(values.quiet ?? false);
  const model = await readModel(positionals[0]);
  const layers = (values.layer ?? []).map((name) => findLayer(structureOf(model), name).name);
  const bundledFolder = path.join(mediaFolder(), 'sample');
  let choice = values.probe === undefined ? null : probeChoice(values.probe);
  if (!choice) {
    const [proposal] = await createEngine({ media: mediaFolder() }).proposeProbes({ model: model.path, folders: [] });
    progress.say(`probe set: ${proposal.title}`);
    choice = proposal.choice;
  }
  const probe = await openProbe(choice, model, { bundledFolder });
  if (probe.kind === 'states')
    throw new UserError(`${probe.title}: maps are of pictures, and these are rows of columns`, {
      hint: 'name a probe set of pictures with --probe',
      code: 'evaluate/probe',
    });
  const result = await evaluateMaps(
    model,
    probe,
    {
      methods,
      layers,
      metrics,
      samples: wholeNumber(command, 'limit', values.limit, 1, defaultSamples),
      class: await classOf(model, values.class, values.output ?? null),
      output: values.output ?? null,
      seed: wholeNumber(command, 'seed', values.seed, 0, 0),
      threads: wholeNumber(command, 'threads', values.threads, 1, null),
    },
    { onProgress: ({ done, total }) => progress.update('Judging maps', done, total) },
  );
  progress.end();
  result.notes.forEach((note) => progress.say(note));
  if (values.csv !== undefined) await writeResult(values.csv, evaluationCsv(result));
  const json = () => ({ schema: 'onnxplain-evaluation/1', model: model.path, probe: probe.title, ...result });
  await showResult(values.json, json, () => asTable(result));
}

async function classOf(model: OnnxModel, wanted: string | undefined, output: string | null): Promise<number | null> {
  if (wanted === undefined) return null;
  const total = describeTensor(model, classOutput(model, output).logits)?.units ?? Infinity;
  return classIndex(wanted, total, await classNames(model, total));
}

function asTable({ rows, metrics, samples }: Evaluation): string {
  const arrow = { higher: '↑', lower: '↓' };
  const header = metrics.map(
    (metric) => `${evaluationMetrics[metric].title} ${arrow[evaluationMetrics[metric].better]}`,
  );
  const cells = rows.map(({ method, layer, values, problem }) => [
    mapMethods[method].title + (method === controlMethod ? ' (control)' : ''),
    layer === null ? '' : printable(layer),
    ...metrics.map((metric) => (problem !== null || values[metric] == null ? '–' : values[metric].toFixed(3))),
  ]);
  const problems = rows.flatMap(({ method, problem }) => (problem === null ? [] : [`${method}: ${problem}\n`]));
  return `${textTable(['Method', 'Layer', ...header], cells, header)}${samples} pictures\n${problems.join('')}`;
}

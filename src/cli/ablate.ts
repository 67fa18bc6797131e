import { createEngine, mediaFolder } from '../engine/index.js';
import type { AblatedOutput, Ablation } from '../shared/effects.js';
import { defaultSettings, type UnitExplanation } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import { classIndex } from '../engine/map/classIndex.js';
import { oneOf, parseCommand, unitList, wholeNumber } from './arguments.js';
import { writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

const command = 'ablate';
const defaultSamples = 500;
const shownClasses = 10;

type Labels = ReadonlyMap<number, UnitExplanation>;

/** What each unit of a layer is for: the effect of switching it off on every output. */
export async function ablate(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    probe: { type: 'string' },
    layer: { type: 'string' },
    units: { type: 'string' },
    mode: { type: 'string' },
    output: { type: 'string' },
    class: { type: 'string' },
    probability: { type: 'boolean' },
    limit: { type: 'string' },
    labels: { type: 'string' },
    plain: { type: 'boolean' },
    top: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('ablate wants one MODEL', command);
  if (values.layer === undefined) throw new UsageError('ablate wants a --layer', command);
  const [model] = positionals;
  const top = wholeNumber(command, 'top', values.top, 1, 10);
  const units = unitList(command, values.units);
  const threads = wholeNumber(command, 'threads', values.threads, 1, null);
  const engine = createEngine({ media: mediaFolder() });
  const progress = createProgress(values.quiet ?? false);
  const signal = new AbortController().signal;
  try {
    const proposal = values.probe === undefined ? (await engine.proposeProbes({ model, folders: [] }))[0] : undefined;
    if (proposal) progress.say(`probe set: ${proposal.title}`);
    const probe = values.probe === undefined ? (proposal?.choice ?? null) : probeChoice(values.probe);
    const ablation = await engine.ablate(
      {
        model,
        probe,
        folders: [],
        layer: values.layer,
        units,
        mode: oneOf(command, 'mode', values.mode, ['zero', 'mean'], 'zero'),
        output: values.output ?? null,
        probability: values.probability ?? false,
        samples: wholeNumber(command, 'limit', values.limit, 1, defaultSamples),
        labels: values.labels ?? null,
        threads,
      },
      ({ done, total }) => progress.update('switching neurons off', done, total),
      signal,
    );
    ablation.notes.forEach((note) => progress.say(note));
    if (ablation.samples < ablation.of)
      progress.say(`measured on ${ablation.samples} of ${ablation.of} samples, evenly spread (--limit)`);
    const labels = values.plain ? new Map<number, UnitExplanation>() : await labelled();
    progress.end();
    const text = `${JSON.stringify(asJson(model, ablation, labels))}\n`;
    if (values.json === '-') process.stdout.write(text);
    else if (values.json !== undefined) await writeResult(values.json, text);
    else process.stdout.write(asTable(ablation, labels, values.class ?? null, top));

    async function labelled(): Promise<Labels> {
      const explanation = await engine.explain(
        {
          model,
          probe,
          folders: [],
          layers: [ablation.layer],
          units,
          settings: defaultSettings,
          limit: null,
          threads,
          provider: 'cpu',
          memory: 4096,
          activations: null,
        },
        (event) => {
          if (event.type === 'progress') progress.update('labelling', event.done, event.total);
        },
        signal,
      );
      return new Map(explanation.layers[0]?.explanations.map((unit) => [unit.unit, unit]));
    }
  } finally {
    progress.end();
  }
}

function asJson(model: string, ablation: Ablation, labels: Labels) {
  const { layer, mode, samples, of, units, outputs, accuracy } = ablation;
  return {
    schema: 'onnxplain/1',
    model: { path: model },
    layer,
    mode,
    samples,
    of,
    accuracy: accuracy && { ...accuracy, after: [...accuracy.after] },
    outputs: outputs.map((output) => ({
      name: output.name,
      tensor: output.tensor,
      features: [...output.features],
      names: output.names,
      baseline: [...output.baseline],
      units: units.map((unit, u) => ({
        unit,
        label: labels.get(unit)?.label ?? null,
        iou: labels.get(unit)?.iou ?? null,
        effect: row(output.effect, u, output),
        size: row(output.size, u, output),
        flips: output.flips?.[u] ?? null,
      })),
    })),
  };
}

const row = (values: Float32Array, unit: number, { features }: AblatedOutput): number[] => [
  ...values.subarray(unit * features.length, (unit + 1) * features.length),
];

/** Per output feature, the units that matter most. */
function asTable(ablation: Ablation, labels: Labels, wanted: string | null, top: number): string {
  const { units, outputs, accuracy, layer } = ablation;
  const parts: string[] = [];
  if (accuracy) {
    parts.push(
      `accuracy ${percent(accuracy.before)} on ${accuracy.samples} samples with labels (${accuracy.labels})\n`,
    );
  }
  for (const output of outputs) {
    const chosen = chosenFeatures(output, wanted);
    for (const k of chosen) {
      const effect = (u: number) => output.effect[u * output.features.length + k];
      const size = (u: number) => output.size[u * output.features.length + k];
      const order = units
        .map((_, u) => u)
        .sort((a, b) => size(b) - size(a) || a - b)
        .slice(0, top);
      const rows = order.map((u) => [
        String(units[u]),
        signed(effect(u)),
        size(u).toPrecision(3),
        output.flips ? percent(output.flips[u]) : '',
        accuracy?.output === output.name ? percent(accuracy.after[u] - accuracy.before, true) : '',
        printable(labels.get(units[u])?.label ?? ''),
      ]);
      const header = ['neuron', 'effect', 'size', 'decides', 'accuracy', 'label'];
      const title = `${printable(output.name)}${output.features.length > 1 ? `, ${nameOf(output, k)}` : ''}: mean ${output.baseline[k].toPrecision(4)}; without a neuron of ${printable(layer)}`;
      parts.push(`${title}\n${textTable(header, rows, header.slice(0, 5))}`);
    }
    if (chosen.length < output.features.length && wanted === null) {
      parts.push(`${output.features.length - chosen.length} more of ${output.name}: name one with --class\n`);
    }
  }
  return `${parts.join('\n')}`;
}

function chosenFeatures(output: AblatedOutput, wanted: string | null): number[] {
  const all = [...output.features.keys()];
  if (wanted === null) return all.slice(0, shownClasses);
  const most = (output.features.at(-1) ?? 0) + 1;
  const k = output.features.indexOf(classIndex(wanted, most, namesByIndex(output, most))!);
  if (k < 0) throw new UserError(`${output.name}: class ${wanted} is not among those measured`);
  return [k];
}

const namesByIndex = ({ names, features }: AblatedOutput, most: number): string[] | null =>
  names && Array.from({ length: most }, (_, index) => names[features.indexOf(index)] ?? '');

const nameOf = ({ features, names }: AblatedOutput, k: number): string =>
  `${features[k]}${names ? ` ${printable(names[k])}` : ''}`;
const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toPrecision(3)}`;
const percent = (share: number, sign = false): string => `${sign && share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;

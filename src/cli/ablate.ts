import type { AblatedOutput, Ablation } from '../shared/effects.js';
import { defaultSettings, type UnitExplanation } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import { classIndex } from '../engine/map/classIndex.js';
import { oneOf, parseCommand, wholeNumber } from './arguments.js';
import { layerOptions, onOneLayer } from './layerWork.js';
import { showResult } from './output.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';

const command = 'ablate';
const defaultSamples = 500;
const shownClasses = 10;

type Labels = ReadonlyMap<number, UnitExplanation>;

/** What each unit of a layer is for: the effect of switching it off on every output. */
export async function ablate(args: string[]): Promise<void> {
  const parsed = parseCommand(command, args, {
    ...layerOptions,
    mode: { type: 'string' },
    output: { type: 'string' },
    class: { type: 'string' },
    probability: { type: 'boolean' },
    limit: { type: 'string' },
    labels: { type: 'string' },
    plain: { type: 'boolean' },
    top: { type: 'string' },
  });
  const { values } = parsed;
  const top = wholeNumber(command, 'top', values.top, 1, 10);
  const mode = oneOf(command, 'mode', values.mode, ['zero', 'mean'], 'zero');
  const samples = wholeNumber(command, 'limit', values.limit, 1, defaultSamples);
  await onOneLayer(command, parsed, async ({ engine, progress, signal, of, layer, units, explain }) => {
    const ablation = await engine.ablate(
      {
        ...of,
        layer,
        units,
        mode,
        output: values.output ?? null,
        probability: values.probability ?? false,
        samples,
        labels: values.labels ?? null,
      },
      ({ done, total }) => progress.update('switching neurons off', done, total),
      signal,
    );
    ablation.notes.forEach((note) => progress.say(note));
    if (ablation.samples < ablation.of)
      progress.say(`measured on ${ablation.samples} of ${ablation.of} samples, evenly spread (--limit)`);
    const explained = values.plain ? null : await explain(ablation.layer, defaultSettings);
    const labels: Labels = new Map(explained?.layers[0]?.explanations.map((unit) => [unit.unit, unit]));
    progress.end();
    await showResult(
      values.json,
      () => asJson(of.model, ablation, labels),
      () => asTable(ablation, labels, values.class ?? null, top),
    );
  });
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

import path from 'node:path';
import { defaultAttribution, type OutputCorrelation } from '../engine/attribution/index.js';
import { correlationTargets, inputCorrelation, outputClasses } from '../engine/correlation/index.js';
import { createEngine, mediaFolder } from '../engine/index.js';
import { classIndex } from '../engine/map/classIndex.js';
import { classOutput } from '../engine/map/classOutput.js';
import { readModel } from '../engine/onnx/index.js';
import type { OnnxModel } from '../engine/onnx/model.js';
import { encodeNpy, evenlySpread, openProbe, pickedSamples, type ProbeSet } from '../engine/probe/index.js';
import { UserError } from '../shared/userError.js';
import { parseCommand, wholeNumber } from './arguments.js';
import { baselineOf } from './attribute.js';
import { showResult, writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

const command = 'igc';
/** More outputs than that are named, not all computed. */
const mostOutputs = 16;
const shownColumns = 12;

/** Integrated Gradient Correlation over a probe set. */
export async function igc(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    probe: { type: 'string' },
    class: { type: 'string', multiple: true },
    output: { type: 'string' },
    probability: { type: 'boolean' },
    targets: { type: 'string' },
    auto: { type: 'boolean' },
    group: { type: 'string', multiple: true },
    regions: { type: 'string' },
    steps: { type: 'string' },
    baseline: { type: 'string' },
    limit: { type: 'string' },
    threads: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('igc wants one MODEL', command);
  if (values.auto && values.targets !== undefined)
    throw new UsageError('--auto is without targets: leave --targets out', command);
  const regions = wholeNumber(command, 'regions', values.regions, 1, 3);
  const progress = createProgress(values.quiet ?? false);
  const model = await readModel(positionals[0]);
  const probe = await probeOf(model, values.probe, (text) => progress.say(text));
  const picked = evenlySpread(probe.samples, wholeNumber(command, 'limit', values.limit, 1, Infinity));
  const output = values.output ?? null;
  const { total, names } = await outputsOf(model, probe, output);
  const classes = values.class?.map((wanted) => classIndex(wanted, total, names)!) ?? allOf(total);
  const target = values.auto ? null : await correlationTargets(probe, picked, total, names, values.targets ?? null);
  progress.say(target ? `targets: ${target.from}` : 'no targets: each output is correlated with itself');

  const result = await inputCorrelation(
    model,
    pickedSamples(probe, picked),
    {
      classes,
      output,
      probability: values.probability ?? false,
      steps: wholeNumber(command, 'steps', values.steps, 2, defaultAttribution.steps),
      refine: values.steps === undefined,
      baseline: await baselineOf(command, values.baseline),
      threads: wholeNumber(command, 'threads', values.threads, 1, null),
      target: target?.of ?? null,
    },
    { onProgress: (done, all) => progress.update('Integrating gradients', done, all) },
  );
  progress.end();
  result.notes.forEach((note) => progress.say(note));
  const groups = groupsOf(probe, result.outputs[0].dims, values.group ?? [], regions);
  const title = (index: number): string => names?.[index] ?? String(index);
  if (values.out !== undefined) {
    const size = result.outputs[0].values.length;
    const all = new Float32Array(result.outputs.length * size);
    result.outputs.forEach((one, i) => all.set(one.values, i * size));
    await writeResult(values.out, encodeNpy(all, [result.outputs.length, ...result.outputs[0].dims]));
  }
  const json = () => asJson(model, probe, result.outputs, groups, title, target !== null);
  await showResult(values.json, json, () => asTable(result.outputs, groups, title));
}

async function probeOf(model: OnnxModel, named: string | undefined, say: (text: string) => void): Promise<ProbeSet> {
  const bundledFolder = path.join(mediaFolder(), 'sample');
  if (named !== undefined) return openProbe(probeChoice(named), model, { bundledFolder });
  const engine = createEngine({ media: mediaFolder() });
  const [proposal] = await engine.proposeProbes({ model: model.path, folders: [] });
  say(`probe set: ${proposal.title}`);
  return openProbe(proposal.choice, model, { bundledFolder });
}

async function outputsOf(model: OnnxModel, probe: ProbeSet, output: string | null) {
  const { count, names } = await outputClasses(model, output);
  if (count !== null) return { total: count, names };
  throw new UserError(
    `${path.basename(model.path)}: how many outputs "${classOutput(model, output).logits}" has is not known`,
    { hint: `name one with --class; the probe set feeds "${probe.input}"` },
  );
}

function allOf(total: number): number[] {
  if (total <= mostOutputs) return [...Array(total).keys()];
  throw new UserError(`the model has ${total} outputs, and each takes its own integrated gradients`, {
    hint: 'name those that matter with --class, again for more',
    code: 'igc/outputs',
  });
}

interface Group {
  name: string;
  /** Components whose values are summed. */
  components: number[];
}

/** Columns and groups of them; of pictures, the fields of a grid. */
function groupsOf(probe: ProbeSet, dims: readonly number[], named: readonly string[], regions: number): Group[] {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (probe.columns.length === size) {
    const columns = probe.columns.map((name, i): Group => ({ name, components: [i] }));
    return [...named.map((text) => groupOf(text, probe.columns)), ...columns];
  }
  if (named.length > 0)
    throw new UserError('--group sums columns, and this probe set has none', { hint: 'use --regions N for pictures' });
  const [height, width] = dims.slice(-2);
  if (dims.length !== 3) return [];
  const fields = Array.from({ length: regions * regions }, (_, i): Group => ({
    name: `row ${Math.floor(i / regions) + 1}, column ${(i % regions) + 1}`,
    components: [],
  }));
  for (let i = 0; i < size; i++) {
    const [y, x] = [Math.floor(i / width) % height, i % width];
    fields[Math.floor((y * regions) / height) * regions + Math.floor((x * regions) / width)].components.push(i);
  }
  return fields;
}

/** `NAME=column,column` */
function groupOf(text: string, columns: readonly string[]): Group {
  const [, name, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!name) throw new UsageError(`--group is NAME=column,column, got "${text}"`, command);
  const components = list.split(',').map((column) => {
    const at = columns.indexOf(column.trim());
    if (at < 0)
      throw new UserError(`--group ${name}: there is no column "${column.trim()}"`, {
        hint: `the columns are ${columns.slice(0, 20).join(', ')}`,
      });
    return at;
  });
  return { name, components };
}

const summed = ({ values }: OutputCorrelation, { components }: Group): number =>
  components.reduce((sum, i) => sum + values[i], 0);

function asTable(
  outputs: readonly OutputCorrelation[],
  groups: readonly Group[],
  title: (i: number) => string,
): string {
  const shown = outputs.slice(0, shownColumns);
  const number = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3).replace(/^-(?=0\.000$)/, ''));
  const rows = groups.map((group) => [printable(group.name), ...shown.map((one) => number(summed(one, group)))]);
  rows.push(['correlation', ...shown.map(({ correlation }) => number(correlation))]);
  rows.push(['error', ...shown.map(({ completenessError }) => number(completenessError))]);
  rows.push(['samples', ...shown.map(({ samples }) => String(samples))]);
  const more =
    outputs.length > shown.length ? `${outputs.length - shown.length} more outputs are in --json and --out\n` : '';
  const names = shown.map(({ output }) => printable(title(output)));
  return textTable(['', ...names], rows, names) + more;
}

function asJson(
  model: OnnxModel,
  probe: ProbeSet,
  outputs: readonly OutputCorrelation[],
  groups: readonly Group[],
  title: (i: number) => string,
  withTargets: boolean,
): unknown {
  return {
    schema: 'onnxplain-igc/1',
    model: model.path,
    probe: probe.title,
    auto: !withTargets,
    outputs: outputs.map((one) => ({
      output: one.output,
      name: title(one.output),
      correlation: one.correlation,
      completenessError: one.completenessError,
      attributionError: one.attributionError,
      samples: one.samples,
      shape: one.dims,
      groups: Object.fromEntries(groups.map((group) => [group.name, summed(one, group)])),
      values: [...one.values],
    })),
  };
}

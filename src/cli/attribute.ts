import path from 'node:path';
import {
  attribute as attributeInputs,
  type AttributionInputs,
  type AttributionJob,
  attributionMethods,
  defaultAttribution,
  fractionalInputs,
} from '../engine/attribution/index.js';
import { mediaFolder } from '../engine/index.js';
import { fileInputs } from '../engine/map/inputs.js';
import { readModel } from '../engine/onnx/index.js';
import { decodeFile, encodeNpy, openProbe, readArray } from '../engine/probe/index.js';
import { UserError } from '../shared/userError.js';
import { number, oneOf, parseCommand, wholeNumber } from './arguments.js';
import { writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { UsageError } from './usage.js';

const command = 'attribute';

/** Attributes a score to the components of the inputs, or of a layer. */
export async function attribute(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    image: { type: 'string' },
    input: { type: 'string' },
    method: { type: 'string' },
    wrt: { type: 'string' },
    class: { type: 'string' },
    output: { type: 'string' },
    probability: { type: 'boolean' },
    steps: { type: 'string' },
    baseline: { type: 'string' },
    samples: { type: 'string' },
    sigma: { type: 'string' },
    box: { type: 'string' },
    'constant-attention': { type: 'boolean' },
    probe: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
    out: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('attribute wants one MODEL', command);
  if ((values.image === undefined) === (values.input === undefined))
    throw new UsageError('attribute wants either --image or --input', command);
  if (values.method === undefined) throw new UsageError('attribute wants a --method', command);
  if (values.out === undefined || !/\.npy$/i.test(values.out))
    throw new UsageError(`attribute wants --out FILE.npy${values.out ? `, got "${values.out}"` : ''}`, command);
  const method = oneOf(command, 'method', values.method, Object.keys(attributionMethods), values.method);
  const job: AttributionJob = {
    ...defaultAttribution,
    method,
    wrt: values.wrt ?? null,
    class: values.class ?? null,
    output: values.output ?? null,
    probability: values.probability ?? false,
    steps: wholeNumber(command, 'steps', values.steps, 2, defaultAttribution.steps),
    refine: values.steps === undefined,
    baseline: await baselineOf(command, values.baseline),
    samples: wholeNumber(command, 'samples', values.samples, 1, defaultAttribution.samples),
    sigma: number(command, 'sigma', values.sigma, 0, defaultAttribution.sigma),
    box: boxOf(values.box),
    constantAttention: values['constant-attention'] ?? false,
    seed: wholeNumber(command, 'seed', values.seed, 0, defaultAttribution.seed),
    threads: wholeNumber(command, 'threads', values.threads, 1, null),
  };

  const progress = createProgress(values.quiet ?? false);
  const model = await readModel(positionals[0]);
  const bundledFolder = path.join(mediaFolder(), 'sample');
  const choice = values.probe === undefined ? null : probeChoice(values.probe);
  let inputs: AttributionInputs;
  if (values.image !== undefined) {
    if (!choice) await decodeFile(values.image);
    const opened = await fileInputs(model, values.image, choice, bundledFolder);
    opened.notes.forEach((note) => progress.say(note));
    inputs = opened.inputs;
  } else {
    inputs = await openProbe({ kind: 'data', path: values.input! }, model, { bundledFolder });
  }
  const to = job.wrt === null ? await fractionalInputs(model, inputs, job) : null;
  const made = await attributeInputs(
    to?.model ?? model,
    to?.inputs ?? inputs,
    { ...job, output: to ? to.output : job.output },
    { named: model },
  ).finally(() => to?.release());
  progress.end();
  for (const note of made.notes) progress.say(note);
  if (made.wrt !== inputs.input && job.wrt === null)
    progress.say(`"${inputs.input}" holds whole numbers, which have no gradient: attributed to what they become`);
  const size = made.values[0]?.length ?? 0;
  const all = new Float32Array(made.values.length * size);
  made.values.forEach((part, i) => all.set(part, i * size));
  await writeResult(values.out, encodeNpy(all, [made.values.length, ...made.dims]));
  const classes = made.classes.slice(0, 5).join(', ') + (made.classes.length > 5 ? ', ...' : '');
  progress.say(`${path.basename(values.out)}: ${made.method.title} to ${printable(made.wrt)}, class ${classes}`);
  if (made.expected) progress.say(sumsText(made.values, made.expected));
}

/** How nearly the values add up to what the method promises. */
function sumsText(values: readonly Float32Array[], expected: Float64Array): string {
  const sums = values.map((part) => part.reduce((sum, value) => sum + value, 0));
  const shown = sums
    .slice(0, 3)
    .map((sum, i) => `${Number(sum.toPrecision(4))} of ${Number(expected[i].toPrecision(4))}`);
  const worst = Math.max(...sums.map((sum, i) => Math.abs(sum - expected[i])));
  return `adds up to ${shown.join(', ')}${sums.length > 3 ? `, ...; furthest off by ${Number(worst.toPrecision(3))}` : ''}`;
}

/** A number, or one sample in an array. */
export async function baselineOf(from: string, text: string | undefined): Promise<number | Float32Array> {
  if (text === undefined) return defaultAttribution.baseline;
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (!/\.np[yz](:|$)/i.test(text)) throw new UsageError(`--baseline is a number or an .npy file, got "${text}"`, from);
  const { data } = await readArray(text);
  return Float32Array.from(data as ArrayLike<number>, Number);
}

/** `low:high`, each one number or one a channel. */
function boxOf(text: string | undefined): AttributionJob['box'] {
  if (text === undefined) return null;
  const [low, high, ...more] = text.split(':').map((side) => side.split(',').map((value) => (value.trim() === '' ? NaN : Number(value)))); // prettier-ignore
  if (more.length > 0 || ![...(low ?? []), ...(high ?? [NaN])].every(Number.isFinite))
    throw new UsageError(`--box is LOW:HIGH, each one number or one a channel, got "${text}"`, command);
  if (low.length !== high.length)
    throw new UserError(`--box has ${low.length} lowest and ${high.length} highest values`, {
      hint: 'give as many of both',
    });
  return { low, high };
}

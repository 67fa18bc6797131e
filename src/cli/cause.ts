import { createEngine, mediaFolder } from '../engine/index.js';
import type { CauseTrial, UnitCause } from '../shared/effects.js';
import { defaultSettings, type UnitExplanation } from '../shared/results.js';
import { parseCommand, thresholdRule, unitList, wholeNumber } from './arguments.js';
import { writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

const command = 'cause';
const defaultCases = 200;

/** Whether the labels of a layer's units cause the firing that they describe. */
export async function cause(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    probe: { type: 'string' },
    layer: { type: 'string' },
    units: { type: 'string' },
    cases: { type: 'string' },
    'max-length': { type: 'string' },
    threshold: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('cause wants one MODEL', command);
  if (values.layer === undefined) throw new UsageError('cause wants a --layer', command);
  const [model] = positionals;
  const seed = wholeNumber(command, 'seed', values.seed, 0, defaultSettings.seed);
  const threads = wholeNumber(command, 'threads', values.threads, 1, null);
  const cases = wholeNumber(command, 'cases', values.cases, 1, defaultCases);
  const settings = {
    ...defaultSettings,
    seed,
    maxLength: wholeNumber(command, 'max-length', values['max-length'], 1, defaultSettings.maxLength),
    threshold: thresholdRule(command, values.threshold, defaultSettings.threshold),
  };
  const engine = createEngine({ media: mediaFolder() });
  const progress = createProgress(values.quiet ?? false);
  const signal = new AbortController().signal;
  try {
    const proposal = values.probe === undefined ? (await engine.proposeProbes({ model, folders: [] }))[0] : undefined;
    if (proposal) progress.say(`probe set: ${proposal.title}`);
    const probe = values.probe === undefined ? (proposal?.choice ?? null) : probeChoice(values.probe);
    const explanation = await engine.explain(
      {
        model,
        probe,
        folders: [],
        layers: [values.layer],
        units: unitList(command, values.units),
        settings,
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
    const [{ name, explanations }] = explanation.layers;
    const labelled = explanations.filter(({ formula, threshold }) => formula !== null && threshold !== null);
    const result = await engine.cause(
      {
        model,
        probe,
        folders: [],
        layer: name,
        units: labelled.map(({ unit, formula, threshold }) => ({ unit, formula: formula!, threshold: threshold! })),
        cases,
        seed,
        threads,
      },
      ({ done, total }) => progress.update('changing inputs', Math.round(done), total),
      signal,
    );
    progress.end();
    result.notes.forEach((note) => progress.say(note));
    const json = {
      schema: 'onnxplain/1',
      model: explanation.model,
      probe: explanation.probe,
      settings: { ...settings, cases },
      layer: result.layer,
      looked: result.looked,
      units: result.units,
    };
    const text = `${JSON.stringify(json)}\n`;
    if (values.json === '-') process.stdout.write(text);
    else if (values.json !== undefined) await writeResult(values.json, text);
    else process.stdout.write(asTable(result.units, explanations));
  } finally {
    progress.end();
  }
}

const header = ['neuron', 'change', 'cases', 'stops', 'control', 'decides', 'control', 'label'];

/** A line a unit and way of changing; where nothing could be changed, why. */
function asTable(units: readonly UnitCause[], explanations: readonly UnitExplanation[]): string {
  const rows = units.flatMap((unit) =>
    unit.trials.map(({ kind, formula, control }) => [
      String(unit.unit),
      kind,
      String(formula.cases),
      percent(formula.stops),
      percent(control.stops),
      percent(formula.decisions),
      percent(control.decisions),
      printable(unit.label),
    ]),
  );
  const unchanged = units.filter(({ reason }) => reason !== null);
  const reasons = unchanged.map(({ unit, reason }) => `neuron ${unit}: ${reason}\n`);
  const without = explanations.length - units.length;
  return [
    rows.length > 0 ? textTable(header, rows, header.slice(2, 7)) : '',
    ...reasons,
    without > 0 ? `${without} ${without === 1 ? 'neuron has' : 'neurons have'} no label to check\n` : '',
  ].join('');
}

const percent = (share: CauseTrial['stops']): string => (share === null ? '' : `${(100 * share).toFixed(0)} %`);

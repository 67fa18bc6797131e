import type { CauseTrial, UnitCause } from '../shared/effects.js';
import { defaultSettings, type UnitExplanation } from '../shared/results.js';
import { parseCommand, thresholdRule, wholeNumber } from './arguments.js';
import { layerOptions, onOneLayer } from './layerWork.js';
import { showResult } from './output.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';

const command = 'cause';
const defaultCases = 200;

/** Whether the labels of a layer's units cause the firing that they describe. */
export async function cause(args: string[]): Promise<void> {
  const parsed = parseCommand(command, args, {
    ...layerOptions,
    cases: { type: 'string' },
    'max-length': { type: 'string' },
    threshold: { type: 'string' },
    seed: { type: 'string' },
  });
  const { values } = parsed;
  const cases = wholeNumber(command, 'cases', values.cases, 1, defaultCases);
  const settings = {
    ...defaultSettings,
    seed: wholeNumber(command, 'seed', values.seed, 0, defaultSettings.seed),
    maxLength: wholeNumber(command, 'max-length', values['max-length'], 1, defaultSettings.maxLength),
    threshold: thresholdRule(command, values.threshold, defaultSettings.threshold),
  };
  await onOneLayer(command, parsed, async ({ engine, progress, signal, of, layer, explain }) => {
    const explanation = await explain(layer, settings);
    const [{ name, explanations }] = explanation.layers;
    const labelled = explanations.filter(({ formula, threshold }) => formula !== null && threshold !== null);
    const result = await engine.cause(
      {
        ...of,
        layer: name,
        units: labelled.map(({ unit, formula, threshold }) => ({ unit, formula: formula!, threshold: threshold! })),
        cases,
        seed: settings.seed,
      },
      ({ done, total }) => progress.update('changing inputs', Math.round(done), total),
      signal,
    );
    progress.end();
    result.notes.forEach((note) => progress.say(note));
    const json = () => ({
      schema: 'onnxplain/1',
      model: explanation.model,
      probe: explanation.probe,
      settings: { ...settings, cases },
      layer: result.layer,
      looked: result.looked,
      units: result.units,
    });
    await showResult(values.json, json, () => asTable(result.units, explanations));
  });
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

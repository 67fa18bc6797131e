import type { CauseExample, CauseUnit, UnitCause } from '../../shared/effects.js';
import type { Formula } from '../../shared/results.js';
import { conceptsOf, evaluateFormula, formulaLabel, hasBit, type ConceptSet } from '../concept/index.js';
import { columnsOf, parseExpression, withFixedQuantiles, type Expression } from '../concept/expression/index.js';
import { evenlySpread, pickedSamples, type ProbeSet } from '../probe/index.js';
import { mulberry32 } from '../random.js';
import { takingTurns } from '../turns.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Observed } from './observed.js';
import { rowEdits, type RowEdit } from './rowEdits.js';
import { trialOf, type Case } from './trial.js';
import type { Watcher } from './watchedUnits.js';

/** Random formulas that stand beside the unit's own. */
const controls = 10;
const shownExamples = 5;

export interface RowCauseOptions {
  probe: ProbeSet;
  concepts: ConceptSet;
  observed: Observed;
  watcher: Watcher;
  /** Cases a unit at most. */
  most: number;
  seed: number;
  signal: AbortSignal;
}

/** A changed row on its way through the model. */
interface Run {
  sample: number;
  edit: RowEdit;
}

/**
 * Whether a formula over columns causes the firing: of rows at which the unit fires and the formula holds, those columns alone
 * that the formula names are changed, as little as turns it false. The control does the same with formulas of the same form
 * over concepts drawn at random, at rows where the unit fires and they hold.
 */
export async function rowCause(unit: CauseUnit, slot: number, options: RowCauseOptions): Promise<UnitCause> {
  const { probe, concepts, observed, watcher, most, seed, signal } = options;
  const names = probe.columnNames!();
  const table = new Map(names.map((name) => [name, probe.column!(name)!]));
  const rows = { rows: probe.samples, columns: table };
  const expressions = new Map<string, Expression>();
  for (const { name, expression } of concepts.concepts) {
    if (expression !== undefined) expressions.set(name, withFixedQuantiles(parseExpression(expression, names), rows));
  }
  const masks = new Map(concepts.concepts.map(({ name, ofSamples }) => [name, ofSamples]));
  const changeable = new Set(probe.columns);
  const canChange = (concept: string): boolean =>
    expressions.has(concept) && [...columnsOf(expressions.get(concept)!)].some((column) => changeable.has(column));
  const holds = (concept: string, row: number): boolean => {
    const mask = masks.get(concept);
    return mask !== null && mask !== undefined && hasBit(mask, row);
  };
  const fires = observed.firing(slot, unit.threshold);

  const pause = takingTurns(signal);
  const runs: Run[] = [];
  const own = await casesOf(unit.formula, most);
  const random = mulberry32(Math.imul(seed + 1, 0x9e3779b1) ^ unit.unit);
  const others = concepts.concepts.map(({ name }) => name).filter((name) => canChange(name));
  const control: Case[] = [];
  const form = conceptsOf(unit.formula);
  const pool = others.filter((name) => !form.includes(name));
  const seen = new Set<string>();
  for (let draw = 0; draw < 8 * controls && seen.size < controls && pool.length >= form.length; draw++) {
    const formula = withOtherConcepts(unit.formula, form, pool, random);
    const key = formulaLabel(formula);
    if (seen.has(key)) continue;
    const found = await casesOf(formula, Math.ceil(most / controls));
    if (found.cases.length === 0) continue;
    seen.add(key);
    control.push(...found.cases);
  }
  const after = await watcher.watch(changed(probe, runs), [unit.unit], () => undefined, signal);
  const before = { peaks: (sample: number) => observed.peak(sample, slot), decision: observed.decision };
  return {
    unit: unit.unit,
    label: formulaLabel(unit.formula),
    eligible: own.eligible,
    columns: own.columns,
    trials:
      own.cases.length === 0
        ? []
        : [
            {
              kind: 'columns changed',
              formula: trialOf(own.cases, before, after, unit.threshold),
              control: trialOf(control, before, after, unit.threshold),
            },
          ],
    controls: seen.size,
    examples: own.cases.slice(0, shownExamples).map((one) => example(one)),
    reason: own.reason,
  };

  async function casesOf(formula: Formula, limit: number) {
    const eligible = fires.filter((row) => evaluateFormula(formula, (concept) => holds(concept, row)));
    const { edit, columns } = rowEdits({ formula, expressions, holds, columns: table, changeable });
    const cases: Case[] = [];
    await pause();
    for (const i of evenlySpread(eligible.length, limit)) {
      await pause();
      const found = columns.length > 0 ? edit(eligible[i]) : null;
      if (!found) continue;
      cases.push({ sample: eligible[i], run: runs.length, amount: found.size });
      runs.push({ sample: eligible[i], edit: found });
    }
    const reason =
      cases.length > 0
        ? null
        : eligible.length === 0
          ? 'no sample that was looked at makes it fire while its label holds'
          : columns.length === 0
            ? 'its label names no column that feeds the model'
            : 'no change of the columns that its label names turns the label false';
    return { cases, eligible: eligible.length, columns, reason };
  }

  function example({ sample, run }: Case): CauseExample {
    const { edit } = runs[run];
    return {
      sample,
      before: observed.peak(sample, slot),
      after: after.peaks[run],
      changes: [...edit.values].map(([column, to]) => ({ column, from: table.get(column)![sample], to })),
    };
  }
}

/** The same formula over concepts drawn from a pool, each standing for one of its own throughout. */
function withOtherConcepts(
  formula: Formula,
  own: readonly string[],
  pool: readonly string[],
  random: () => number,
): Formula {
  const left = [...pool];
  const stands = new Map(own.map((name) => [name, left.splice(Math.floor(random() * left.length), 1)[0]]));
  const replaced = (part: Formula): Formula => {
    if (part.op === 'atom') return { op: 'atom', concept: stands.get(part.concept)! };
    if (part.op === 'not') return { op: 'not', of: replaced(part.of) };
    return { op: part.op, left: replaced(part.left), right: replaced(part.right) };
  };
  return replaced(formula);
}

/** The rows as the model is fed them, with some columns changed. */
function changed(probe: ProbeSet, runs: readonly Run[]): Pick<ProbeSet, 'input' | 'samples' | 'batch'> {
  const picked = pickedSamples(
    probe,
    runs.map(({ sample }) => sample),
  );
  const width = probe.columns.length;
  return {
    ...picked,
    async batch(first, count) {
      const feeds = await picked.batch(first, count);
      const tensor = feeds[probe.input];
      const data = (tensor.data as Float32Array).slice();
      const isBig = tensor.data instanceof BigInt64Array || tensor.data instanceof BigUint64Array;
      const isWhole = isBig || !(tensor.data instanceof Float32Array || tensor.data instanceof Float64Array);
      for (let i = 0; i < count; i++) {
        for (const [column, value] of runs[first + i].edit.values) {
          const whole = isWhole ? Math.round(value) : value;
          (data as unknown as unknown[])[i * width + probe.columns.indexOf(column)] = isBig ? BigInt(whole) : whole;
        }
      }
      return { ...feeds, [probe.input]: { ...tensor, data } as Tensor };
    },
  };
}

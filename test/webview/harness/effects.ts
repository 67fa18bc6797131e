import { checkExpression, functionNames } from '../../../src/engine/concept/expression/index.js';
import type { ConceptDraft, ConceptList } from '../../../src/shared/concepts.js';
import { dissectionOf } from '../../../src/shared/dissection.js';
import type { ProbeSummary } from '../../../src/shared/engineApi.js';
import type { CauseTrial } from '../../../src/shared/effects.js';
import type { PanelMethods } from '../../../src/shared/panelProtocol.js';
import type { UnitExplanation } from '../../../src/shared/results.js';

/** What lies beyond a label, of invented numbers: effects, causes, detectors, concepts. */
export function effectMethods(
  probe: ProbeSummary | null,
  unitsOf: (layer: string) => UnitExplanation[],
): Pick<
  PanelMethods,
  | 'ablate'
  | 'foundAblation'
  | 'cause'
  | 'foundCause'
  | 'cancelJob'
  | 'dissection'
  | 'concepts'
  | 'checkConcept'
  | 'saveConcepts'
> {
  const isStates = probe?.kind === 'states';
  const names = isStates ? ['push left', 'push right'] : ['trouser', 'bag', 'sneaker', 'ankle boot'];
  const trial = (stops: number, decisions: number): CauseTrial => ({ cases: 148, stops, decisions, before: 1.31, after: 0.2, amount: isStates ? 0.84 : 0.12 }); // prettier-ignore
  const methods: ReturnType<typeof effectMethods> = {
    foundAblation: ({ layer, mode }) => {
      const samples = before(`ablate ${layer} ${mode}`);
      return samples === undefined ? null : { ablation: methods.ablate({ layer, mode, samples })!, samples };
    },
    foundCause: ({ layer, unit }) => {
      const cases = before(`cause ${layer} ${unit}`);
      return cases === undefined ? null : { cause: methods.cause({ layer, unit, cases })!, cases };
    },
    ablate: ({ layer, mode, samples }) => {
      sessionStorage.setItem(`ablate ${layer} ${mode}`, JSON.stringify(samples));
      const units = unitsOf(layer).map(({ unit }) => unit);
      const of = (f: (unit: number, k: number) => number): Float32Array =>
        Float32Array.from(units.flatMap((unit) => names.map((_, k) => f(unit, k))));
      const effect = of((unit, k) => Math.sin(unit * 3 + k * 2) * (unit % 5 === 0 ? 1.4 : 0.3));
      return {
        ...{ layer, mode, samples: samples ?? 500, of: probe?.samples ?? 500, units, notes: [] },
        outputs: [
          {
            ...{ name: isStates ? 'action_logits' : 'probabilities', tensor: 'logits', names, effect },
            features: Int32Array.from(names, (_, k) => k),
            baseline: Float32Array.from(names, (_, k) => 0.2 - 0.3 * k),
            size: effect.map(Math.abs),
            flips: Float32Array.from(units, (unit) => (unit % 5) / 40),
          },
        ],
        accuracy: {
          ...{
            output: isStates ? 'action_logits' : 'probabilities',
            labels: 'class folders',
            samples: 500,
            before: 0.894,
          },
          after: Float32Array.from(units, (unit) => 0.894 - (unit % 7) / 100),
        },
      };
    },
    cause: ({ layer, unit, cases }) => {
      sessionStorage.setItem(`cause ${layer} ${unit}`, JSON.stringify(cases));
      return {
        unit,
        label: unitsOf(layer)[unit].label ?? '',
        eligible: 148,
        columns: isStates ? [probe.columns[2]] : [],
        trials: isStates
          ? [{ kind: 'columns changed', formula: trial(0.62, 0.3), control: trial(0.04, 0.28) }]
          : [
              { kind: 'mean colour', formula: trial(0.82, 0.1), control: trial(0.36, 0) },
              { kind: 'blurred surroundings', formula: trial(0.68, 0.06), control: trial(0.38, 0.02) },
            ],
        controls: 10,
        examples: isStates
          ? [{ sample: 1204, before: 1.3, after: 0, changes: [{ column: probe.columns[2], from: 0.124, to: 0.0998 }] }]
          : [],
        reason: null,
      };
    },
    cancelJob: () => undefined,
    dissection: ({ layer }) =>
      dissectionOf(
        unitsOf(layer).map(({ unit, single }) => ({
          unit,
          concept: single?.label ?? null,
          category: ['class', 'colour', 'place'][(single?.label ?? '').length % 3],
          iou: single?.iou ?? 0,
        })),
      ),
    concepts: () => list(),
    checkConcept: ({ draft, at }) => checked(draft, at),
    saveConcepts: () => ({ path: '/home/ada/policy/policy.probe.json', notes: [] }),
  };
  return methods;

  /** How much a job was asked for, as a host remembers it while its page is loaded again. */
  function before(job: string): number | null | undefined {
    const kept = sessionStorage.getItem(job);
    return kept === null ? undefined : (JSON.parse(kept) as number | null);
  }

  function list(): ConceptList {
    const concepts = (probe?.concepts ?? []).map((name, i) => ({
      ...{ key: name, name, removed: false, holds: 400 * (i + 1), of: 14248 },
      category: isStates ? 'expression' : ['class', 'colour', 'place'][i % 3],
      form: isStates ? ('expression' as const) : ('measured' as const),
      text: isStates ? `${probe.columns[i % probe.columns.length]} > ${i / 10}` : null,
    }));
    return {
      kind: probe?.kind ?? 'images',
      file: isStates ? '/home/ada/policy/policy.probe.json' : null,
      columns: (probe?.columns ?? []).map((name) => `\`${name}\``),
      functions: [...functionNames],
      concepts,
      notes: [],
    };
  }

  function checked(draft: ConceptDraft[], at: number): ReturnType<PanelMethods['checkConcept']> {
    const { form, text } = draft[at];
    const known =
      form === 'expression' ? (probe?.columns ?? []) : draft.filter((_, i) => i !== at).map(({ name }) => name);
    const error = checkExpression(text ?? '', known);
    if (!error) return { ok: true, holds: 3512, of: 14248 };
    const { reason, advice, position, length } = error;
    return { ok: false, message: reason, advice: advice ?? null, position, length };
  }
}

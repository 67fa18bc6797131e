import type { ConceptCheck, ConceptDraft } from '../../shared/concepts.js';
import { UserError } from '../../shared/userError.js';
import { evaluateMask, ExpressionError, parseExpression } from '../concept/expression/index.js';
import type { Concept, ConceptSet } from '../concept/index.js';
import { changedConcepts, ConceptError, derivedMasks, parseLogic, type ProbeSet } from '../probe/index.js';
import { withNewNames } from './withNewNames.js';
import { changesOf, count, ownConcepts } from './conceptList.js';

/**
 * Whether one concept of a draft can be read, and where it holds.
 *
 * @param at of the concept in the draft
 */
export async function checkConcept(
  probe: ProbeSet,
  asked: readonly ConceptDraft[],
  at: number,
  signal: AbortSignal,
): Promise<ConceptCheck> {
  if (!asked[at]) throw new UserError(`there is no concept ${at} in the draft`, { code: 'concept/none' });
  const draft = withNewNames(asked);
  const { form, text, name } = draft[at];
  try {
    if (form === 'expression') {
      const mask = expressionMask(probe, text ?? '');
      return {
        ok: true,
        ...count({ ofPositions: null, ofSamples: mask }, { samples: probe.samples, height: 1, width: 1 }),
      };
    }
    const own = await ownConcepts(probe, signal);
    if (form === 'measured') {
      const set = changedConcepts(own, { ...changesOf(probe), remove: [] }, probe.title);
      const known = set.concepts.find((concept) => concept.name === draft[at].key);
      return known ? { ok: true, ...count(known, set) } : refusal('this concept is not among those of the data');
    }
    const others = asked.flatMap((one, i) => (i === at ? [] : [one.name, ...(one.key === null ? [] : [one.key])]));
    parseLogic(asked[at].text ?? '', others);
    const set = draftConcepts(probe, own, draft);
    return {
      ok: true,
      ...count(
        set.concepts.find((concept) => concept.name === name)!,
        set,
      ),
    };
  } catch (error) {
    if (error instanceof ConceptError) return place(error.expression);
    if (error instanceof ExpressionError) return place(error);
    if (error instanceof UserError) return refusal(error.message, error.hint);
    throw error;
  }
}

/**
 * A draft's concepts with their masks.
 *
 * @throws UserError where an expression is wrong
 */
export function draftConcepts(probe: ProbeSet, own: ConceptSet, draft: readonly ConceptDraft[]): ConceptSet {
  const before = changedConcepts(own, { rename: changesOf(probe).rename }, probe.title);
  const known = new Map(before.concepts.map((concept) => [concept.name, concept]));
  const concepts = draft.flatMap(({ key, name, form, text }): Concept[] => {
    if (form === 'derived') return [];
    if (form === 'expression')
      return [{ name, category: form, ofSamples: expressionMask(probe, text ?? ''), ofPositions: null }];
    const concept = known.get(key ?? '');
    return concept ? [{ ...concept, name }] : [];
  });
  const derived = Object.fromEntries(
    draft.flatMap(({ form, name, text }) => (form === 'derived' ? [[name, text ?? '']] : [])),
  );
  const set = { ...own, concepts };
  return { ...set, concepts: [...concepts, ...derivedMasks(set, derived, probe.title)] };
}

function expressionMask(probe: ProbeSet, text: string): Uint32Array {
  const names = probe.columnNames?.() ?? [];
  const columns = new Map(names.map((name) => [name, probe.column!(name)!]));
  return evaluateMask(parseExpression(text, names), { rows: probe.samples, columns });
}

const place = ({ reason, advice, position, length }: ExpressionError): ConceptCheck => ({
  ok: false,
  message: reason,
  advice: advice ?? null,
  position,
  length,
});

const refusal = (message: string, advice?: string): ConceptCheck => ({
  ok: false,
  message,
  advice: advice ?? null,
  position: 0,
  length: 0,
});

import type { ConceptList, ListedConcept } from '../../shared/concepts.js';
import type { ConceptChanges } from '../../shared/probeFile.js';
import { bitsetWords, type Concept, type ConceptSet } from '../concept/index.js';
import { columnText, functionNames } from '../concept/expression/index.js';
import { changedConcepts, isProbeFile, type ProbeSet } from '../probe/index.js';

/** The concepts of a probe set as an editor shows them, those too that labels are made without. */
export async function conceptList(probe: ProbeSet, signal: AbortSignal): Promise<ConceptList> {
  const own = await ownConcepts(probe, signal);
  const changes = probe.changes ?? {};
  const set = changedConcepts(own, { ...changes, remove: [] }, probe.title);
  const removed = new Set(changes.remove ?? []);
  return {
    kind: probe.kind,
    file: probe.choice.kind === 'file' && (await isProbeFile(probe.choice.path)) ? probe.choice.path : null,
    columns: (probe.columnNames?.() ?? []).flatMap((name) => columnText(name) ?? []),
    functions: probe.columnNames ? [...functionNames] : [],
    concepts: set.concepts.map((concept) => listed(concept, set, removed.has(concept.name))),
    notes: own.notes,
  };
}

/** The concepts as the data bring them, before the probe file's changes. */
export const ownConcepts = (probe: ProbeSet, signal: AbortSignal): Promise<ConceptSet> =>
  (probe.ownConcepts ?? probe.concepts)(probe.samples, signal);

export const changesOf = (probe: ProbeSet): ConceptChanges => probe.changes ?? {};

function listed(concept: Concept, set: ConceptSet, removed: boolean): ListedConcept {
  const { name, category, derived, expression } = concept;
  const form = derived !== undefined ? 'derived' : category === 'expression' ? 'expression' : 'measured';
  return { key: name, name, category, form, text: derived ?? expression ?? null, removed, ...count(concept, set) };
}

/** At how many places, or samples, a concept holds. */
export function count(
  { ofPositions, ofSamples }: Pick<Concept, 'ofPositions' | 'ofSamples'>,
  { samples, height, width }: Pick<ConceptSet, 'samples' | 'height' | 'width'>,
): { holds: number; of: number } {
  const places = height * width;
  let holds = 0;
  if (ofPositions) {
    const own = new Uint32Array(bitsetWords(places));
    for (let sample = 0; sample < samples; sample++) {
      if (!ofPositions.mark(sample, own)) continue;
      holds += ones(own);
      own.fill(0);
    }
  } else holds = ones(ofSamples ?? new Uint32Array(0));
  return { holds, of: ofPositions ? samples * places : samples };
}

function ones(bits: Uint32Array): number {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count++;
  return count;
}

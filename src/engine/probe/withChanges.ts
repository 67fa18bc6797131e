import path from 'node:path';
import type { ConceptChanges } from '../../shared/probeFile.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import { changedConcepts, changesConcepts } from './conceptChanges.js';
import { sha256Of } from './dataFile.js';
import type { ProbeSet } from './probeSet.js';

/** Concept sets of up to this many bytes are kept for the next question about them. */
const rememberedBytes = 64 * 2 ** 20;

/** The probe set with the concepts that its file wants, and those that it changes for whoever edits them. */
export function withChanges(probe: ProbeSet, { rename, derived, remove }: ConceptChanges): ProbeSet {
  const changes = { rename, derived, remove };
  const ownConcepts = remembered(probe.concepts);
  const source = 'path' in probe.choice ? path.basename(probe.choice.path) : probe.title;
  return {
    ...probe,
    changes,
    ownConcepts,
    concepts: async (...wanted) => changedConcepts(await ownConcepts(...wanted), changes, source),
    sha256: async () =>
      changesConcepts(changes) ? sha256Of(null, [await probe.sha256(), changes]) : await probe.sha256(),
  };
}

/** The concepts that were asked for last, as long as they are small. */
function remembered(concepts: ProbeSet['concepts']): ProbeSet['concepts'] {
  let last: { samples: number; set: ConceptSet } | null = null;
  return async (samples, ...rest) => {
    if (last?.samples === samples) return last.set;
    const set = await concepts(samples, ...rest);
    const bytes = set.concepts.reduce(
      (sum, { ofSamples, ofPositions }) => sum + (ofSamples?.byteLength ?? 0) + (ofPositions?.bytes ?? 0),
      0,
    );
    last = bytes <= rememberedBytes ? { samples, set } : null;
    return set;
  };
}

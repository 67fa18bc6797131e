import path from 'node:path';
import type { EngineApi } from '../shared/engineApi.js';
import type { Explanation } from '../shared/results.js';
import { fileHash } from './fileHash.js';
import type { Opened } from './opened.js';
import { summaryOf, type ProbeSet } from './probe/index.js';
import { renderReport, strongestSamples, writeReport } from './report/index.js';

/** Renders the report with the probe set's own pictures and rows, and writes it. */
export async function reportOf(
  { explanation: given, probe, folder, maps = [], categories, unfinished }: Parameters<EngineApi['report']>[0],
  opened: Opened,
  version: string,
): Promise<{ file: string }> {
  const set: ProbeSet = given.model
    ? await opened.probe(given.model.path, probe)
    : await opened.probeOfRecording(probe);
  const explanation = await withHashes(given, set);
  const html = renderReport(explanation, {
    title: explanation.model ? path.basename(explanation.model.path) : 'Recorded activations',
    probe: summaryOf(set),
    version,
    unfinished,
    categories,
    samples: await strongestSamples(explanation, set),
    maps: new Map(maps.map(({ layer, maps: ofLayer }) => [layer, ofLayer])),
  });
  return { file: await writeReport(folder, html) };
}

/** An explanation that was stopped has no hashes: they come at its end. */
async function withHashes(explanation: Explanation, set: ProbeSet): Promise<Explanation> {
  const { model, probe } = explanation;
  return {
    ...explanation,
    model: model && { ...model, sha256: model.sha256 || (await fileHash(model.path)) },
    probe: { ...probe, sha256: probe.sha256 || (await set.sha256()) },
  };
}

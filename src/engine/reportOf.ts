import path from 'node:path';
import type { EngineApi } from '../shared/engineApi.js';
import type { Opened } from './opened.js';
import { summaryOf, type ProbeSet } from './probe/index.js';
import { renderReport, strongestSamples, writeReport } from './report/index.js';

/** Renders the report with the probe set's own pictures and rows, and writes it. */
export async function reportOf(
  { explanation, probe, folder, maps = [] }: Parameters<EngineApi['report']>[0],
  opened: Opened,
  version: string,
): Promise<{ file: string }> {
  const set: ProbeSet = explanation.model
    ? await opened.probe(explanation.model.path, probe)
    : await opened.probeOfRecording(probe);
  const html = renderReport(explanation, {
    title: explanation.model ? path.basename(explanation.model.path) : 'Recorded activations',
    probe: summaryOf(set),
    version,
    samples: await strongestSamples(explanation, set),
    maps: new Map(maps.map(({ layer, maps: ofLayer }) => [layer, ofLayer])),
  });
  return { file: await writeReport(folder, html) };
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExplainEvent, ProbeChoice, StrongestMaps } from '../shared/engineApi.js';
import { defaultSettings, type Explanation } from '../shared/results.js';
import { createEngine, mediaFolder } from '../engine/index.js';
import { explanationTable } from '../engine/report/index.js';
import { oneOf, parseCommand, unitList, wholeNumber } from './arguments.js';
import { writeResult } from './output.js';
import { createProgress, type Progress } from './progress.js';
import { UsageError } from './usage.js';

const command = 'explain';

export async function explain(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    probe: { type: 'string' },
    layer: { type: 'string', multiple: true },
    units: { type: 'string' },
    activations: { type: 'string' },
    search: { type: 'string' },
    'max-length': { type: 'string' },
    beam: { type: 'string' },
    'min-active': { type: 'string' },
    threshold: { type: 'string' },
    seed: { type: 'string' },
    limit: { type: 'string' },
    threads: { type: 'string' },
    provider: { type: 'string' },
    memory: { type: 'string' },
    json: { type: 'string' },
    report: { type: 'string' },
    table: { type: 'boolean' },
  });
  if (positionals.length > 1) throw new UsageError(`explain takes one MODEL, got ${positionals.join(' ')}`, command);
  const model = positionals[0] ?? null;
  if (model === null && values.activations === undefined)
    throw new UsageError('explain wants a MODEL, or --activations', command);
  if (model === null && values.probe === undefined)
    throw new UsageError('without a MODEL, explain wants a --probe', command);

  const engine = createEngine({ media: mediaFolder() });
  const progress = createProgress(values.quiet ?? false);
  let probe: ProbeChoice = { kind: 'drawn' };
  const maps: { layer: string; maps: StrongestMaps }[] = [];
  const explanation = await engine.explain(
    {
      model,
      probe: values.probe === undefined ? null : probeChoice(values.probe),
      folders: [],
      layers: values.layer ?? [],
      units: unitList(command, values.units),
      settings: {
        threshold: values.threshold ?? defaultSettings.threshold,
        search: oneOf(command, 'search', values.search, ['beam', 'optimal', 'single'], defaultSettings.search),
        maxLength: wholeNumber(command, 'max-length', values['max-length'], 1, defaultSettings.maxLength),
        beam: wholeNumber(command, 'beam', values.beam, 1, defaultSettings.beam),
        minActive: wholeNumber(command, 'min-active', values['min-active'], 1, defaultSettings.minActive),
        seed: wholeNumber(command, 'seed', values.seed, 0, defaultSettings.seed),
      },
      limit: wholeNumber(command, 'limit', values.limit, 1, null),
      threads: wholeNumber(command, 'threads', values.threads, 1, null),
      provider: values.provider ?? 'cpu',
      memory: wholeNumber(command, 'memory', values.memory, 64, 4096),
      activations: values.activations ?? null,
    },
    (event) => {
      if (event.type === 'probe') probe = event.probe.choice;
      if (event.type === 'statistics' && event.layer.maps)
        maps.push({ layer: event.layer.layer.name, maps: event.layer.maps });
      report(event, progress);
    },
    new AbortController().signal,
  );
  progress.end();
  if (values.json === '-') process.stdout.write(asJson(explanation));
  else if (values.json !== undefined) writeResult(values.json, asJson(explanation));
  if (values.report !== undefined) {
    const { file } = await engine.report({ explanation, probe, folder: values.report, maps });
    progress.say(`report: ${file}`);
  }
  if (values.table || (values.json === undefined && values.report === undefined)) {
    process.stdout.write(
      explanationTable(explanation, { width: process.stdout.isTTY ? process.stdout.columns : undefined }),
    );
  }
}

const asJson = (explanation: Explanation) => `${JSON.stringify(explanation)}\n`;

/** A probe file by its name, data by what it is; `bundled:NAME` and `drawn` as the engine names them. */
export function probeChoice(text: string): ProbeChoice {
  const bundled = /^bundled:(.+)$/.exec(text);
  if (bundled && !existsSync(text)) return { kind: 'bundled', name: bundled[1] };
  return { kind: /\.jsonc?$/i.test(text) ? 'file' : 'data', path: path.normalize(text) };
}

const stages = { running: 'running', concepts: 'finding concepts', labelling: 'labelling' };

function report(event: ExplainEvent, progress: Progress): void {
  // The probe set is told twice: when it is opened, and once its concepts are known.
  if (event.type === 'probe' && event.probe.concepts.length > 0) {
    const { title, bundled, drawn, assumptions } = event.probe;
    progress.say(`probe set: ${title}${bundled ? ' (bundled)' : ''}${drawn ? ' (drawn, not real data)' : ''}`);
    for (const assumption of assumptions) progress.say(`  ${assumption}`);
  } else if (event.type === 'warning') {
    progress.say(`warning: ${event.message}`);
  } else if (event.type === 'progress') {
    progress.update(
      event.layer ? `${stages[event.stage]} ${event.layer}` : stages[event.stage],
      event.done,
      event.total,
    );
  }
}

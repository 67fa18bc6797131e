import path from 'node:path';
import type { ExplainEvent, ExplainRequest, ProbeChoice, StrongestMaps } from '../shared/engineApi.js';
import { categoriesOf } from '../shared/dissection.js';
import { defaultSettings, type Explanation } from '../shared/results.js';
import { createEngine, mediaFolder } from '../engine/index.js';
import { explanationTable, tallyOf } from '../engine/report/index.js';
import { oneOf, parseCommand, thresholdRule, unitList, wholeNumber } from './arguments.js';
import { finishing, writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
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
    shuffles: { type: 'string' },
    limit: { type: 'string' },
    threads: { type: 'string' },
    provider: { type: 'string' },
    memory: { type: 'string' },
    json: { type: 'string' },
    report: { type: 'string' },
    tally: { type: 'string' },
    table: { type: 'boolean' },
  });
  if (positionals.length > 1) throw new UsageError(`explain takes one MODEL, got ${positionals.join(' ')}`, command);
  const model = positionals[0] ?? null;
  if (model === null && values.activations === undefined)
    throw new UsageError('explain wants a MODEL, or --activations', command);
  if (model === null && values.probe === undefined)
    throw new UsageError('without a MODEL, explain wants a --probe', command);
  if (values.activations !== undefined && (values.layer?.length ?? 0) > 1)
    throw new UsageError('--activations are those of one layer: give one --layer', command);

  const request: ExplainRequest = {
    model,
    probe: values.probe === undefined ? null : probeChoice(values.probe),
    folders: [],
    layers: values.layer ?? [],
    units: unitList(command, values.units),
    settings: {
      threshold: thresholdRule(command, values.threshold, defaultSettings.threshold),
      search: oneOf(command, 'search', values.search, ['beam', 'optimal', 'single'], defaultSettings.search),
      maxLength: wholeNumber(command, 'max-length', values['max-length'], 1, defaultSettings.maxLength),
      beam: wholeNumber(command, 'beam', values.beam, 1, defaultSettings.beam),
      minActive: wholeNumber(command, 'min-active', values['min-active'], 1, defaultSettings.minActive),
      seed: wholeNumber(command, 'seed', values.seed, 0, defaultSettings.seed),
      ...(values.shuffles !== undefined && { shuffles: wholeNumber(command, 'shuffles', values.shuffles, 1, 1) }),
    },
    limit: wholeNumber(command, 'limit', values.limit, 1, null),
    threads: wholeNumber(command, 'threads', values.threads, 1, null),
    provider: values.provider ?? 'cpu',
    memory: wholeNumber(command, 'memory', values.memory, 64, 4096),
    activations: values.activations ?? null,
    tally: values.tally !== undefined,
  };
  const engine = createEngine({ media: mediaFolder() });
  const progress = createProgress(values.quiet ?? false);
  const tell = teller(progress);
  let probe: ProbeChoice = { kind: 'drawn' };
  let categories: Record<string, string> = {};
  const maps: { layer: string; maps: StrongestMaps }[] = [];
  try {
    const explanation = await engine.explain(
      request,
      (event) => {
        if (event.type === 'probe') {
          probe = event.probe.choice;
          categories = categoriesOf(event.probe);
        }
        if (event.type === 'statistics' && event.layer.maps && values.report !== undefined)
          maps.push({ layer: event.layer.layer.name, maps: event.layer.maps });
        tell(event);
      },
      new AbortController().signal,
    );
    progress.end();
    if (values.json === '-') process.stdout.write(asJson(explanation));
    else if (values.json !== undefined) await writeResult(values.json, asJson(explanation));
    if (values.tally !== undefined) await writeTallies(values.tally, explanation);
    if (values.report !== undefined) {
      const folder = values.report;
      const { file } = await finishing(() => engine.report({ explanation, probe, folder, maps, categories }));
      progress.say(`report: ${file}`);
    }
    if (values.table || (values.json ?? values.report ?? values.tally) === undefined) {
      process.stdout.write(
        explanationTable(explanation, { width: process.stdout.isTTY ? process.stdout.columns : undefined }),
      );
    }
  } finally {
    progress.end();
  }
}

/** One file a layer, as Network Dissection has it: of several, each carries its layer's name. */
async function writeTallies(file: string, { layers }: Explanation): Promise<void> {
  const { dir, name, ext } = path.parse(file);
  for (const layer of layers) {
    const own = `${name}.${(layer.module ?? layer.name).replace(/[^\p{L}\p{N}._-]+/gu, '_')}${ext}`;
    await writeResult(layers.length === 1 ? file : path.join(dir, own), tallyOf(layer));
  }
}

const asJson = (explanation: Explanation) => `${JSON.stringify(explanation)}\n`;

const stages = { running: 'running', concepts: 'finding concepts', labelling: 'labelling' };

/** Says what the engine tells: each sentence once (the probe set is told again when its concepts are known). */
function teller(progress: Progress): (event: ExplainEvent) => void {
  const said = new Set<string>();
  const sayOnce = (message: string) => {
    if (!said.has(message)) progress.say(message);
    said.add(message);
  };
  return (event) => {
    if (event.type === 'probe') {
      const { title, bundled, drawn, assumptions } = event.probe;
      sayOnce(`probe set: ${title}${bundled ? ' (bundled)' : ''}${drawn ? ' (drawn, not real data)' : ''}`);
      for (const assumption of assumptions) sayOnce(`  ${assumption}`);
    } else if (event.type === 'warning') {
      sayOnce(`warning: ${event.message}`);
    } else if (event.type === 'progress') {
      const { stage, layer, done, total } = event;
      progress.update(layer ? `${stages[stage]} ${printable(layer)}` : stages[stage], done, total);
    }
  };
}

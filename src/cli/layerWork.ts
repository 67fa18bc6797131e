import { createEngine, mediaFolder } from '../engine/index.js';
import type { ProbeChoice } from '../shared/engineApi.js';
import type { Explanation, Settings } from '../shared/results.js';
import { unitList, wholeNumber } from './arguments.js';
import { probeChoice } from './probeChoice.js';
import { createProgress, type Progress } from './progress.js';
import { UsageError } from './usage.js';

/** Options of the commands that measure something of one layer's neurons. */
export const layerOptions = {
  probe: { type: 'string' },
  layer: { type: 'string' },
  units: { type: 'string' },
  threads: { type: 'string' },
  json: { type: 'string' },
} as const;

type Values = { [K in keyof typeof layerOptions]?: string } & { quiet?: boolean };

/** What such a command works with. */
export interface LayerWork {
  engine: ReturnType<typeof createEngine>;
  progress: Progress;
  signal: AbortSignal;
  /** What its calls to the engine have in common. */
  of: { model: string; probe: ProbeChoice | null; folders: string[]; threads: number | null };
  layer: string;
  units: number[] | null;
  /** Labels the neurons of a layer, by its name. */
  explain(layer: string, settings: Settings): Promise<Explanation>;
}

/**
 * Runs what a command does with the neurons of one layer, over the probe set that is named, else the one that is proposed for
 * the model, which is said.
 *
 * @throws UsageError where no model or no layer is named
 */
export async function onOneLayer(
  command: string,
  { values, positionals }: { values: Values; positionals: string[] },
  work: (work: LayerWork) => Promise<void>,
): Promise<void> {
  if (positionals.length !== 1) throw new UsageError(`${command} wants one MODEL`, command);
  if (values.layer === undefined) throw new UsageError(`${command} wants a --layer`, command);
  const [model] = positionals;
  const units = unitList(command, values.units);
  const threads = wholeNumber(command, 'threads', values.threads, 1, null);
  const engine = createEngine({ media: mediaFolder() });
  const progress = createProgress(values.quiet ?? false);
  const { signal } = new AbortController();
  try {
    const proposal = values.probe === undefined ? (await engine.proposeProbes({ model, folders: [] }))[0] : undefined;
    if (proposal) progress.say(`probe set: ${proposal.title}`);
    const probe = values.probe === undefined ? (proposal?.choice ?? null) : probeChoice(values.probe);
    const of = { model, probe, folders: [], threads };
    const explain = (layer: string, settings: Settings) =>
      engine.explain(
        { ...of, layers: [layer], units, settings, limit: null, provider: 'cpu', memory: 4096, activations: null },
        (event) => {
          if (event.type === 'progress') progress.update('labelling', event.done, event.total);
        },
        signal,
      );
    await work({ engine, progress, signal, of, layer: values.layer, units, explain });
  } finally {
    progress.end();
  }
}

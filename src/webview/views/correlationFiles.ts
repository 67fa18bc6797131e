import type { ProbeCorrelation } from '../../shared/correlation.js';
import { quoted } from '../../shared/evaluation.js';
import { signedMapPng, type Regions } from '../charts/signedMap.js';
import type { ShareRow } from '../state/shareRows.js';
import { fileName, type Store } from '../state/store.js';
import { visible } from '../text/names.js';

const title = ({ name, output }: ProbeCorrelation): string => `igc ${name ?? output}`;

/** What is shown, for a spreadsheet: bars, sums of regions, or the whole map. */
export function copyCorrelation(
  store: Store,
  { values, map }: ProbeCorrelation,
  regions: Regions | null,
  rows: readonly ShareRow[] | null,
): void {
  const grid = (of: ArrayLike<number>, width: number): string =>
    Array.from({ length: of.length / width }, (_, y) => Array.from({ length: width }, (__, x) => of[y * width + x]).join('\t')).join('\n'); // prettier-ignore
  const text = rows
    ? rows.map(({ name, value }) => `${name.replace(/\s+/g, ' ')}\t${value}`).join('\n')
    : regions
      ? grid(regions.sums, regions.side)
      : grid(values, map!.width);
  void store.act('copy', { text }, () => 'Copied');
}

export async function saveCorrelationCsv(
  store: Store,
  found: ProbeCorrelation,
  rows: readonly ShareRow[] | null,
): Promise<void> {
  const { values, map } = found;
  const lines = rows
    ? ['component,share', ...rows.map(({ name, value }) => `${quoted(name)},${value}`)]
    : ['row,column,share', ...Array.from(values, (value, i) => `${Math.floor(i / map!.width)},${i % map!.width},${value}`)]; // prettier-ignore
  await store.act('saveCsv', { name: `${title(found)}.csv`, text: `${lines.join('\n')}\n` }, (saved) =>
    saved ? `Saved as ${visible(fileName(saved.path))}` : null,
  );
}

export async function saveCorrelationPng(
  store: Store,
  found: ProbeCorrelation,
  regions: Regions | null,
): Promise<void> {
  try {
    const png = await signedMapPng({ ...found.map!, values: found.values }, regions);
    await store.act('savePicture', { name: `${title(found)}.png`, png }, (saved) =>
      saved ? `Saved as ${visible(fileName(saved.path))}` : null,
    );
  } catch (error) {
    store.say({ error: true, text: error instanceof Error ? error.message : String(error), hint: null });
  }
}

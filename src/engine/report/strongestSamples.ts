import type { Explanation } from '../../shared/results.js';
import { encodePng } from '../cam/index.js';
import type { ProbeSet } from '../probe/probeSet.js';

/** A sample that is among some unit's strongest inputs. */
export interface ReportSample {
  name: string;
  /** Its classes or labels, where the probe set says. */
  labels: string[];
  /** States: the row's values, in the order of the columns. */
  values: number[] | null;
  picture: { width: number; height: number; png: Uint8Array } | null;
}

/**
 * The samples that excite the units most, each once however many units share it: every unit's strongest first, then every
 * unit's second, and so on, until the budget is spent.
 *
 * @param size    pictures are fitted into size × size pixels
 * @param perUnit at most so many a unit
 * @param bytes   at most so many bytes of PNG in all; samples beyond that come without a picture
 */
export async function strongestSamples(
  explanation: Explanation,
  probe: Pick<ProbeSet, 'samples' | 'picture' | 'view'>,
  { size = 96, perUnit = 8, bytes = 11e6, signal }: StrongestSamplesOptions = {},
): Promise<Map<number, ReportSample>> {
  const samples = new Map<number, ReportSample>();
  let left = bytes;
  for (const sample of byRank(explanation, perUnit)) {
    if (samples.size >= mostSamples) break;
    if (samples.has(sample) || sample >= probe.samples) continue;
    signal?.throwIfAborted();
    const { name, labels, values } = await probe.view(sample);
    let picture: ReportSample['picture'] = null;
    if (probe.picture && left > 0) {
      const { width, height, rgba } = await probe.picture(sample, size);
      const png = encodePng({ width, height, rgba });
      left -= png.length;
      if (left >= 0) picture = { width, height, png };
    }
    samples.set(sample, { name, labels, values, picture });
  }
  return samples;
}

export interface StrongestSamplesOptions {
  size?: number;
  perUnit?: number;
  bytes?: number;
  signal?: AbortSignal;
}

/** Names and values are small, but a probe set may have millions of samples. */
const mostSamples = 20_000;

function* byRank(explanation: Explanation, perUnit: number): Generator<number> {
  for (let rank = 0; rank < perUnit; rank++) {
    for (const layer of explanation.layers) {
      for (const { top } of layer.explanations) if (top[rank]) yield top[rank].sample;
    }
  }
}

// Labels of a generated picture set: ours against the published search, on the same masks, in one run.
//   node --import tsx bench/labels/run.ts [--python python3] [SAMPLES SIDE CONCEPTS UNITS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bitsetWords, explainUnits, groupPositions, setBit, type ConceptSet } from '../../src/engine/concept/index.js';
import { readArray } from '../../src/engine/probe/index.js';
import {
  firingCounts,
  measuredUnits,
  parseThreshold,
  thresholdRule,
  unitHistograms,
  unitStatistics,
} from '../../src/engine/unit/index.js';

const { values, positionals } = parseArgs({
  options: { python: { type: 'string', default: 'python3' } },
  allowPositionals: true,
});
const [samples = 200, side = 56, concepts = 60, units = 8] = positionals.map(Number);
const folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-bench-'));
try {
  const peerScript = path.join(import.meta.dirname, 'peer.py');
  execFileSync(values.python, [peerScript, folder, ...[samples, side, concepts, units].map(String)], {
    stdio: 'inherit',
  });
  const peer = JSON.parse(readFileSync(path.join(folder, 'peer.json'), 'utf8')) as {
    secondsPerUnit: number;
    ious: number[];
  };
  const masks = (await readArray(path.join(folder, 'masks.npy'))).data as Uint8Array;
  const recorded = (await readArray(path.join(folder, 'activations.npy'))).data as Float32Array;

  const started = performance.now();
  const ious = await ours(masks, recorded);
  const secondsPerUnit = (performance.now() - started) / 1000 / units;
  console.log(
    `${samples} × ${side} × ${side} positions, ${concepts} concepts, ${units} units; length 3, beam 5, top 0.5 %`,
  );
  console.log(`published: ${peer.secondsPerUnit.toFixed(3)} s a unit; mean IoU ${mean(peer.ious).toFixed(4)}`);
  console.log(
    `ours:      ${secondsPerUnit.toFixed(3)} s a unit, chance floor included; mean IoU ${mean(ious).toFixed(4)}`,
  );
  console.log(`ratio:     ${(peer.secondsPerUnit / secondsPerUnit).toFixed(0)} times faster`);
  const lower = ious.filter((iou, unit) => iou < peer.ious[unit] - 1e-9).length;
  console.log(`units on which ours is lower: ${lower} of ${units}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** All that a label takes: bitsets, groups, thresholds, firing positions, histograms, search, chance floor. */
async function ours(masks: Uint8Array, recorded: Float32Array): Promise<number[]> {
  const positions = samples * side * side;
  const set: ConceptSet = {
    samples,
    height: side,
    width: side,
    notes: [],
    concepts: Array.from({ length: concepts }, (_, concept) => {
      const bits = new Uint32Array(bitsetWords(positions));
      for (let i = 0; i < positions; i++) if (masks[concept * positions + i]) setBit(bits, i);
      return { name: `c${concept}`, category: 'generated', ofSamples: null, ofPositions: bits };
    }),
  };
  const layer = { height: side, width: side };
  const batch = { first: 0, samples, units, ...layer, values: recorded };
  const threshold = thresholdRule(parseThreshold('quantile:0.005'), layer);
  const first = unitStatistics({ units, positionsPerSample: side * side, samples, threshold });
  first.add(batch);
  const statistics = first.result();
  const groups = groupPositions(set, layer);
  const histograms = unitHistograms(statistics);
  const firing = firingCounts({ groups, layer, statistics, seed: 0 });
  histograms.add(batch);
  firing.add(batch);
  const counts = firing.result();
  const measured = measuredUnits(statistics, histograms.result(), counts, 1);
  const ious: number[] = [];
  for await (const { unit, iou } of explainUnits({
    groups,
    firing: counts,
    measured,
    settings: { search: 'beam', maxLength: 3, beam: 5 },
  })) {
    ious[unit] = iou;
  }
  return ious;
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

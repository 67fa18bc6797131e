// Labels of a generated set: ours against the published searches, on the same masks, in one run. See ../README.md.
//   node --import tsx bench/labels/run.ts pictures-small|pictures-large|states [--units N] [--peers DIR] [--peer-units N]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { groupPositions, searchUnit, type Groups } from '../../src/engine/concept/index.js';
import { GroupCounter, type GroupCounts } from '../../src/engine/unit/groupCounter.js';
import { generatedPictures, generatedStates, type Generated } from './generate.js';

const { values, positionals } = parseArgs({
  options: {
    units: { type: 'string', default: '64' },
    /** A folder with clones of the peers; without it only ours run. */
    peers: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    /** Units that each peer labels, and for how many seconds it may. */
    'peer-units': { type: 'string', default: '2' },
    'peer-seconds': { type: 'string', default: '240' },
    only: { type: 'string', multiple: true },
  },
  allowPositionals: true,
});
const units = Number(values.units);
const kinds = {
  'pictures-small': {
    length: 3,
    beam: 5,
    make: () => generatedPictures({ samples: 200, side: 56, concepts: 60, units }),
  },
  'pictures-large': {
    length: 3,
    beam: 5,
    make: () => generatedPictures({ samples: 500, side: 112, concepts: 150, units }),
  },
  states: { length: 5, beam: 10, make: () => generatedStates({ samples: 10_000, columns: 8, units }) },
};
const name = positionals[0] as keyof typeof kinds;
const { length, beam, make } = kinds[name];
const peers =
  name === 'states'
    ? ['compexp', 'vanilla', 'beam_optimal', 'optimal']
    : ['vanilla', 'mmesh', 'beam_optimal', 'optimal'];

const generated = make();
const { set, positions } = generated;
console.log(
  `${name}: ${positions} positions, ${set.concepts.length} concepts, ${units} units; length ${length}, beam ${beam}`,
);
const ours = { beam: labelled(generated, 'beam'), optimal: labelled(generated, 'optimal') };
if (values.peers !== undefined) await compare(values.peers);

interface Labelled {
  secondsPerUnit: number;
  ious: number[];
}

/** From masks to labels: groups, firing positions by group, and the search. */
function labelled({ set, units }: Generated, search: 'beam' | 'optimal'): Labelled {
  // A set of its own, so that nothing is known from the search before.
  const own = { ...set };
  const started = cpuSeconds();
  const groups = groupPositions(own, { height: set.height, width: set.width });
  const prepared = cpuSeconds();
  const found = units.map((fires) => searchUnit(groups, countsOf(groups, fires), { search, maxLength: length, beam })!);
  const ended = cpuSeconds();
  const secondsPerUnit = (ended - started) / units.length;
  const ious = found.map(({ iou }) => iou);
  const proven = found.filter(({ optimal }) => optimal).length;
  console.log(
    `ours, ${search}: ${milliseconds(secondsPerUnit)} ms a unit (groups ${milliseconds(prepared - started)} ms for all, ` +
      `${groups.count} of them); mean IoU ${mean(ious).toFixed(4)}` +
      (search === 'optimal' ? `; proven ${proven} of ${found.length}` : ''),
  );
  return { secondsPerUnit, ious };
}

function countsOf(groups: Groups, fires: Uint32Array): GroupCounts {
  const { grid, of } = groups;
  const counter = new GroupCounter(groups.count);
  const row = new Uint32Array(grid.kind === 'places' ? grid.height * grid.width : 1);
  let read = -1;
  for (let w = 0; w < fires.length; w++) {
    for (let bits = fires[w]; bits !== 0; bits &= bits - 1) {
      const position = w * 32 + 31 - Math.clz32(bits & -bits);
      const sample = Math.floor(position / row.length);
      if (sample !== read) of.read((read = sample), row);
      counter.add(row[position % row.length], 1);
    }
  }
  return counter.result();
}

async function compare(clones: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-bench-'));
  try {
    const bytes = (rows: Uint32Array[]) => Buffer.concat(rows.map((row) => Buffer.from(row.buffer)));
    const { samples, height: side } = set;
    writeFileSync(path.join(folder, 'set.json'), JSON.stringify({ samples, side, length, beam }));
    writeFileSync(path.join(folder, 'masks.bin'), bytes(generated.masks));
    writeFileSync(path.join(folder, 'units.bin'), bytes(generated.units));
    for (const peer of values.only ?? peers) {
      const clone = path.join(clones, peer === 'compexp' ? 'compexp' : 'optimal-compositional-explanations');
      const { preparation, seconds, ious } = await measured(folder, peer, clone);
      if (seconds.length === 0) {
        console.log(
          `${peer}: no unit within ${values['peer-seconds']} s (preparation ${preparation?.toFixed(1) ?? 'not done'} s)`,
        );
        continue;
      }
      // Preparation is shared by all units, on both sides.
      const secondsPerUnit = mean(seconds) + preparation! / units;
      const against = peer === 'optimal' ? ours.optimal : ours.beam;
      const lower = ious.filter((iou, i) => against.ious[i] < iou - 1e-9).length;
      console.log(
        `${peer}: ${secondsPerUnit.toFixed(3)} s a unit (${seconds.length} units; preparation ${preparation!.toFixed(1)} s for all); ` +
          `mean IoU ${mean(ious).toFixed(4)}, ours on the same ${mean(against.ious.slice(0, ious.length)).toFixed(4)}, ` +
          `lower on ${lower}; ours is ${(secondsPerUnit / against.secondsPerUnit).toFixed(0)} times faster` +
          (peer === 'optimal'
            ? ''
            : `, ours with proof ${(secondsPerUnit / ours.optimal.secondsPerUnit).toFixed(0)} times`),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the peer says until it is done or its time is over. */
async function measured(folder: string, peer: string, clone: string) {
  const script = path.join(import.meta.dirname, 'peers.py');
  const child = spawn(values.python, [script, folder, peer, values['peer-units'], clone], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    timeout: Number(values['peer-seconds']) * 1000,
  });
  let preparation: number | null = null;
  const seconds: number[] = [];
  const ious: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as { preparation?: number; seconds?: number; iou?: number };
    preparation = said.preparation ?? preparation;
    if (said.seconds !== undefined) {
      seconds.push(said.seconds);
      ious.push(said.iou!);
    }
  }
  return { preparation, seconds, ious };
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Of all threads of this process: what others do on the machine does not count, what the garbage collector does counts. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toPrecision(3);
}

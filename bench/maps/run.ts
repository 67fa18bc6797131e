// Maps: ours against pytorch-grad-cam on the same network, picture and threads, by turns, in one run.
//   node --import tsx bench/maps/run.ts [--python python3] [--network resnet18] [--threads 2] [METHOD...]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { mapMethods } from '../../src/engine/cam/index.js';
import { computeMaps } from '../../src/engine/map/computeMaps.js';
import { arrayInputs } from '../../src/engine/map/inputs.js';
import { ModelRuns } from '../../src/engine/map/modelRuns.js';
import { readModel } from '../../src/engine/onnx/index.js';
import { clock } from '../best.js';

const { values, positionals } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    network: { type: 'string', default: 'resnet18' },
    threads: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
const threads = Number(values.threads);
const theirs = Object.keys(mapMethods).filter((name) => !['smoothgradcam++', 'cam', 'activation', 'randomcam'].includes(name)); // prettier-ignore
const methods = positionals.length > 0 ? positionals : theirs;
/** Quick methods are repeated; those with one run a channel take long enough to be timed once. */
const rounds = (method: string): number => (mapMethods[method].needs.endsWith('scores') ? 1 : 5);

const folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-bench-'));
const peer = spawn(values.python, [path.join(import.meta.dirname, 'peer.py'), folder, values.network, values.threads], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
/** The next line that is for us; the exporter prints too. */
async function answer(word: string): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error('the peer has ended');
    if (value.startsWith(word)) return value.slice(word.length).trim();
  }
}

try {
  await answer('ready');
  const model = await readModel(path.join(folder, 'network.onnx'));
  const { inputs, size } = await arrayInputs(model, path.join(folder, 'input.npy'));
  const runs = new ModelRuns(model, threads);
  const ours = async (method: string): Promise<number> => {
    const job = { method, layers: [], class: 1, output: null, unit: null, seed: 0, raw: false, threads };
    const now = clock(threads);
    const started = now();
    await computeMaps(model, inputs, size, job, { runs });
    return (now() - started) / 1000;
  };
  const peers = async (method: string): Promise<number> => {
    peer.stdin.write(`${method}\n`);
    return Number(await answer('took'));
  };
  console.log(
    `${values.network}, one picture of ${size.join(' × ')}, ${threads} threads; median seconds ${threads === 1 ? 'of the processor' : 'on the clock'}`,
  );
  for (const method of methods) {
    const count = rounds(method);
    // The first map of a kind opens sessions, and on their side fills caches.
    if (count > 1) {
      await ours(method);
      await peers(method);
    }
    const [own, other]: [number[], number[]] = [[], []];
    for (let round = 0; round < count; round++) {
      own.push(await ours(method));
      other.push(await peers(method));
    }
    const [a, b] = [median(own), median(other)];
    console.log(`${method.padEnd(20)} ${b.toFixed(3)} ${a.toFixed(3)}  ${(b / a).toFixed(1)} times`);
  }
  await runs.release();
} finally {
  peer.stdin.end();
  await once(peer, 'exit');
  rmSync(folder, { recursive: true });
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

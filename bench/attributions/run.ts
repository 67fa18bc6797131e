import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { attribute, defaultAttribution, KeptGradient } from '../../src/engine/attribution/index.js';
import { readModel } from '../../src/engine/onnx/index.js';
import { best } from '../best.js';

/** node --import tsx bench/attributions/run.ts [THREADS] [ROUNDS] [NETWORK ...] */
const [threads = 1, rounds = 3] = process.argv.slice(2, 4).map(Number);
const chosen = process.argv.slice(4);
const networks = chosen.length > 0 ? chosen : ['squeezenet1_1', 'mobilenet_v2', 'resnet18'];
const dims = [1, 3, 224, 224];

const folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-bench-'));
try {
  console.log('| network | method | Onnxplain (ms) | peer (ms) | peer | times as fast |\n|---|---|---|---|---|---|');
  for (const network of networks) {
    const peers = path.join(import.meta.dirname, 'peers.py');
    const printed = execFileSync('python3', [peers, network, String(threads), String(rounds), folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const times = JSON.parse(printed.trim().split('\n').pop()!) as Record<
      string,
      { peer: string; milliseconds: number }
    >;
    const model = await readModel(path.join(folder, `${network}.onnx`));
    const data = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i * 0.7391));
    const inputs = {
      input: 'input',
      samples: 1,
      batch: async () => ({ input: { type: 'float32' as const, dims, data } }),
    };
    for (const [method, { peer, milliseconds }] of Object.entries(times)) {
      const kept = new KeptGradient();
      const own = await best(rounds, threads, () =>
        attribute(model, inputs, { ...defaultAttribution, method, class: 0, threads }, { kept }),
      );
      await kept.release();
      const row = [own, milliseconds].map((x) => x.toFixed(1));
      console.log(`| ${network} | ${method} | ${row.join(' | ')} | ${peer} | ${(milliseconds / own).toFixed(2)} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

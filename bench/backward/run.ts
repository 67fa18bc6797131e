import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openGradient } from '../../src/engine/backward/index.js';
import { readModel } from '../../src/engine/onnx/index.js';
import { openSession } from '../../src/engine/runtime/index.js';
import { best } from '../best.js';

/** node --import tsx bench/backward/run.ts [BATCH] [THREADS] [ROUNDS] [NETWORK ...] */
const [batch = 1, threads = 1, rounds = 10] = process.argv.slice(2, 5).map(Number);
const chosen = process.argv.slice(5);
const networks = chosen.length > 0 ? chosen : ['resnet18', 'mobilenet_v2', 'squeezenet1_1', 'vgg11'];

const folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-bench-'));
try {
  console.log(
    '| network | forward (ms) | forward + backward (ms) | ratio | PyTorch (ms) | of PyTorch’s |\n|---|---|---|---|---|---|',
  );
  for (const network of networks) {
    const peers = path.join(import.meta.dirname, 'peers.py');
    const printed = execFileSync('python3', [peers, network, String(batch), String(threads), String(rounds), folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const torch = JSON.parse(printed.trim().split('\n').pop()!) as { forward: number; both: number };
    const model = await readModel(path.join(folder, `${network}.onnx`));
    const dims = [batch, 3, 224, 224];
    const data = Float32Array.from({ length: batch * 3 * 224 * 224 }, (_, i) => Math.sin(i * 0.7391));
    const feeds = { input: { type: 'float32' as const, dims, data } };
    const seed = Float32Array.from({ length: batch * 1000 }, (_, i) => (i % 1000 === 0 ? 1 : 0));
    const plain = await openSession(model, { outputs: [], threads });
    const gradient = openGradient(model, { targets: ['output'], wrt: ['input'] }, { threads });
    const alone = await best(rounds, threads, () => plain.run(feeds, ['output']));
    const both = await best(rounds, threads, () => gradient.run(feeds, { output: seed }));
    const row = [alone, both, both / alone, torch.both, both / torch.both].map((x) => x.toFixed(x < 10 ? 2 : 1));
    console.log(`| ${network} | ${row.join(' | ')} |`);
    await plain.release();
    await gradient.release();
  }
} finally {
  rmSync(folder, { recursive: true });
}

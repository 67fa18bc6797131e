import path from 'node:path';
import { openGradient } from '../../src/engine/backward/index.js';
import { readModel } from '../../src/engine/onnx/index.js';
import { openSession } from '../../src/engine/runtime/index.js';
import { someFeeds } from '../../test/support/raisedOutputs.js';
import { clock } from '../best.js';

/**
 * node --import tsx bench/backward/oldSets.ts [ROUNDS] [MODEL ...]
 *
 * The gradient of the first output's sum by the input, forward and backward in one session and in two, which were the only
 * way for operator sets older than what the backward graph is written in. Each round runs all three, one thread.
 */
const rounds = Number(process.argv[2] ?? 12);
const sample = path.join(import.meta.dirname, '../../media/sample/squeezenet/squeezenet.onnx');
const files = process.argv.length > 3 ? process.argv.slice(3) : [sample];

console.log(
  '| model | operator set | forward (ms) | in one session (ms) | in two (ms) | of two |\n|---|---|---|---|---|---|',
);
for (const file of files) {
  const model = await readModel(file);
  const feeds = someFeeds(model);
  const target = model.graph.outputs[0].name;
  const plain = await openSession(model, { outputs: [], threads: 1 });
  const gradient = openGradient(model, { targets: [target], wrt: [Object.keys(feeds)[0]] }, { threads: 1 });
  const dims = (await gradient.targetDims(feeds))[target];
  const length = dims.reduce((all, dim) => all * dim, 1);
  const seeds = { [target]: new Float32Array(length).fill(1) };
  const ways = [
    () => plain.run(feeds, [target]),
    () => gradient.run(feeds, seeds),
    // A score that is known only after the forward run is differentiated in a second session.
    () => gradient.run(feeds, () => seeds),
  ];
  const now = clock(1);
  const least = ways.map(() => Number.POSITIVE_INFINITY);
  for (let round = -1; round < rounds; round++) {
    for (const [way, run] of ways.entries()) {
      const start = now();
      await run();
      if (round >= 0) least[way] = Math.min(least[way], now() - start);
    }
  }
  const [forward, one, two] = least;
  const row = [forward, one, two].map((ms) => ms.toFixed(ms < 10 ? 2 : 1)).concat((one / two).toFixed(2));
  console.log(`| ${path.basename(file, '.onnx')} | ${model.opsets.get('')} | ${row.join(' | ')} |`);
  await plain.release();
  await gradient.release();
}

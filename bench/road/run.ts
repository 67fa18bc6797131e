import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { linearImputation } from '../../src/engine/evaluate/index.js';
import { best } from '../best.js';

/** node --import tsx bench/road/run.ts [SIDE] */
const side = Number(process.argv[2] ?? 224);
const places = side * side;
const peer = path.join(import.meta.dirname, 'peer.py');
const theirs = JSON.parse(execFileSync('python3', [peer, String(side)], { encoding: 'utf8' })) as Record<
  string,
  number
>;
const values = Float32Array.from({ length: 3 * places }, (_, i) => {
  const [c, y, x] = [Math.floor(i / places), Math.floor((i % places) / side) / side, (i % side) / side];
  return Math.sin(9 * x + c) * Math.cos(7 * y - c);
});
const blob = Float64Array.from({ length: places }, (_, i) =>
  Math.exp(-(((i % side) / side - 0.4) ** 2 + (Math.floor(i / side) / side - 0.6) ** 2) / 0.05),
);
const order = Uint32Array.from(blob.keys()).sort((a, b) => blob[a] - blob[b]);

console.log('| pixels that stay | Onnxplain (ms) | pytorch-grad-cam (ms) | times as fast |\n|---|---|---|---|');
for (const [share, peerMilliseconds] of Object.entries(theirs)) {
  const keep = new Uint8Array(places);
  for (const place of order.subarray(0, Math.ceil((Number(share) / 100) * (places - 1)))) keep[place] = 1;
  const own = await best(5, 1, () => linearImputation({ values, channels: 3, height: side, width: side }, keep));
  const times = [own, peerMilliseconds].map((milliseconds) => milliseconds.toFixed(0));
  console.log(`| ${share} % | ${times.join(' | ')} | ${(peerMilliseconds / own).toFixed(0)} |`);
}

// How long training code keeps an editor waiting: a file of 5,000 lines, opened, edited, asked. See ../README.md.
//   node --import tsx bench/code/run.ts
// Each line is the best of five processes of their own, for what is fast the second time is not what one waits for.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readModel, structureOf } from '../../src/engine/onnx/index.js';
import { indexPython, linkCode, loadPython, placeAt, type PythonIndex, warmUp } from '../../src/source/index.js';
import { parsePython } from '../../src/source/python/syntax.js';
import { longCode } from '../../test/support/longCode.js';

const root = path.resolve(import.meta.dirname, '../..');
const processes = 5;
const files = [
  ['media/sample/fashion/train.py', 'media/sample/fashion/fashion.onnx'],
  ['test/fixtures/code/containers.py', 'test/fixtures/code/containers.script.onnx'],
] as const;

/** Milliseconds that one waits, and the processor time of the whole process meanwhile. */
interface Times {
  wall: number;
  processor: number;
}
interface Measured {
  lines: number;
  places: number;
  times: Record<string, Times>;
}

async function timed<T>(body: () => T | Promise<T>): Promise<[T, Times]> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = await body();
  const { user, system } = process.cpuUsage(used);
  return [result, { wall: performance.now() - start, processor: (user + system) / 1000 }];
}

async function measure(code: string, model: string, isReady: boolean): Promise<Measured> {
  const file = path.join(root, code);
  const text = longCode(readFileSync(file, 'utf8'), 5000);
  const structure = structureOf(await readModel(path.join(root, model)));
  const link = (index: PythonIndex) => linkCode({ file, files: new Map([[file, index]]) }, structure);
  const times: Measured['times'] = {};
  if (isReady) {
    [, times.ready] = await timed(warmUp);
    await wait(500);
  } else [, times.grammar] = await timed(loadPython);
  let index: PythonIndex;
  [index, times.index] = await timed(() => indexPython(text));
  const [first, firstLink] = await timed(() => link(index));
  times.link = firstLink;
  const edits: Times[] = [];
  for (let i = 0; i < 20; i++) {
    const at = text.indexOf('\n', (text.length / 20) * i);
    const [{ places }, time] = await timed(() => link((index = indexPython(`${text.slice(0, at)}\n${text.slice(at)}`, index)))); // prettier-ignore
    edits.push(time);
    if (places.length !== first.places.length) throw new Error('an empty line changed the places');
  }
  times.edit = edits.sort((a, b) => a.wall - b.wall)[edits.length >> 1];
  [, times.answers] = await timed(() => {
    for (let i = 0; i < 10_000; i++) placeAt(first.places, (i * 7) % 5000, 14);
  });
  [, times.parse] = await timed(() => parsePython(text));
  return { lines: text.split('\n').length, places: first.places.length, times };
}

const [code, model, ready] = process.argv.slice(2);
if (code) console.log(JSON.stringify(await measure(code, model, ready === 'ready')));
else
  for (const pair of files)
    for (const how of ['cold', 'ready']) {
      const runs = Array.from({ length: processes }, () => {
        const output = execFileSync(process.execPath, ['--import', 'tsx', import.meta.filename, ...pair, how]);
        return JSON.parse(String(output)) as Measured;
      });
      const all = Object.keys(runs[0].times).map((name) => {
        const least = (kind: keyof Times) => Math.min(...runs.map(({ times }) => times[name][kind]));
        return `${name} ${least('wall').toFixed(1)} (${least('processor').toFixed(1)})`;
      });
      console.log(
        `${pair[0]}, ${how}: ${runs[0].lines} lines, ${runs[0].places} places; ms (of the processor): ${all.join(', ')}`,
      );
    }

// How long training code keeps an editor waiting: a file of 5,000 lines, opened, edited, asked. See ../README.md.
//   node --import tsx bench/code/run.ts
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, structureOf } from '../../src/engine/onnx/index.js';
import { indexPython, linkCode, loadPython, placeAt, type PythonIndex } from '../../src/source/index.js';
import { parsePython } from '../../src/source/python/syntax.js';

const root = path.resolve(import.meta.dirname, '../..');
const lines = 5000;

/** The file with its classes and functions again under other names, until it is long enough. */
function long(text: string): string {
  const names = [...text.matchAll(/^(?:class|def) (\w+)/gm)].map(([, name]) => name);
  const copies = [text];
  for (let i = 0; copies.join('\n').split('\n').length < lines; i++)
    copies.push(text.replace(new RegExp(`\\b(${names.join('|')})\\b`, 'g'), `$1_${i}`));
  return copies.join('\n');
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

function timed<T>(body: () => T): [T, number] {
  // Time of this process alone: the machine may have other work.
  const start = process.cpuUsage();
  const result = body();
  return [result, process.cpuUsage(start).user / 1000];
}

const [, load] = await (async () => {
  const start = performance.now();
  await loadPython();
  return [null, performance.now() - start] as const;
})();
console.log(`grammar loaded in ${load.toFixed(0)} ms`);

for (const [code, model] of [
  ['media/sample/fashion/train.py', 'media/sample/fashion/fashion.onnx'],
  ['test/fixtures/code/containers.py', 'test/fixtures/code/containers.script.onnx'],
]) {
  const file = path.join(root, code);
  const text = long(readFileSync(file, 'utf8'));
  const structure = structureOf(await readModel(path.join(root, model)));
  const link = (index: PythonIndex) => linkCode({ file, files: new Map([[file, index]]) }, structure);
  const [index, indexing] = timed(() => indexPython(text));
  const [first, linking] = timed(() => link(index));
  const edits: number[] = [];
  let edited = index;
  for (let i = 0; i < 20; i++) {
    const at = text.indexOf('\n', (text.length / 20) * i);
    const [result, milliseconds] = timed(() => {
      edited = indexPython(`${text.slice(0, at)}\n${text.slice(at)}`, edited);
      return link(edited);
    });
    edits.push(milliseconds);
    if (result.places.length !== first.places.length) throw new Error('an empty line changed the places');
  }
  const [, asking] = timed(() => {
    for (let i = 0; i < 10_000; i++) placeAt(first.places, (i * 7) % lines, 14);
  });
  const [, whole] = timed(() => parsePython(text));
  console.log(
    `${code}: ${text.split('\n').length} lines, ${first.places.length} places; index ${indexing.toFixed(1)} ms, ` +
      `first answer after ${(indexing + linking).toFixed(0)} ms, after an edit ${median(edits).toFixed(1)} ms, ` +
      `an answer ${((asking / 10_000) * 1000).toFixed(2)} µs; parsing all of it ${whole.toFixed(0)} ms`,
  );
}

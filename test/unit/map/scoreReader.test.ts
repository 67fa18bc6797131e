import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { classOutput } from '../../../src/engine/map/classOutput.js';
import { type ScoreReader, scoreReader, type TargetChoice } from '../../../src/engine/map/scoreReader.js';
import { type OnnxModel, readModel } from '../../../src/engine/onnx/index.js';
import { tokenGrid } from '../../../src/engine/runtime/index.js';
import { modelBytes } from '../../support/onnxFile.js';
import { testFolder } from '../probe/folder.js';

const choice = (more: Partial<TargetChoice>): TargetChoice => ({ class: 0, region: 'predicted', box: null, mirrored: false, ...more }); // prettier-ignore

/** The places that count, each once. */
function seed(reader: ScoreReader, values: Float32Array, more: Partial<TargetChoice>): number[] {
  const into = new Float32Array(values.length);
  reader.target(values, choice(more)).addSeed(values, into);
  return [...into];
}

describe('Scores of segmentations and detectors', () => {
  const folder = testFolder();

  /** A model whose outputs have these shapes; what it computes does not matter here. */
  async function model(outputs: Record<string, number[]>): Promise<OnnxModel> {
    const file = folder.path('outputs.onnx');
    const names = Object.keys(outputs);
    const bytes = modelBytes({
      inputs: { x: { shape: [1, 3, 8, 8] } },
      outputs: Object.fromEntries(names.map((name) => [name, { shape: outputs[name] }])),
      nodes: names.map((name) => ({ op: 'Custom', domain: 'test', in: ['x'], out: [name] })),
      domains: { test: 1 },
    });
    writeFileSync(file, bytes);
    return readModel(file);
  }
  async function reader(outputs: Record<string, number[]>, size: number[]): Promise<ScoreReader> {
    const of = await model(outputs);
    const [name] = Object.keys(outputs);
    const dims = outputs[name];
    const data = new Float32Array(dims.reduce((product, length) => product * length, 1));
    return scoreReader(of, name, classOutput(of, name), { type: 'float32', dims, data }, 1, size);
  }

  it('sums a class over the places where it is the highest, over all, or over a region', async () => {
    const places = await reader({ map: [1, 2, 2, 2] }, [8, 8]);
    assert.deepEqual([places.kind, places.classes], ['places', 2]);
    // Class 0 wins on the left, class 1 on the right; of equals the first is the highest.
    const values = Float32Array.of(5, 1, 3, 2, 4, 2, 3, 6);
    assert.deepEqual(seed(places, values, {}), [1, 0, 1, 0, 0, 0, 0, 0]);
    assert.deepEqual(seed(places, values, { class: 1 }), [0, 0, 0, 0, 0, 1, 0, 1]);
    assert.deepEqual(seed(places, values, { class: 1, region: 'all' }), [0, 0, 0, 0, 1, 1, 1, 1]);
    // Pixels 0..3 of 8 are the left half of the upper row; in a mirror the right half.
    const corner = { x: 0, y: 0, width: 4, height: 4 };
    assert.deepEqual(seed(places, values, { region: corner }), [1, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(seed(places, values, { region: corner, mirrored: true }), [0, 1, 0, 0, 0, 0, 0, 0]);
    assert.equal(places.target(values, choice({ region: corner })).score(values), 5);
    assert.throws(() => seed(places, values, { region: { x: 100, y: 0, width: 4, height: 4 } }), /holds no place/);
  });

  it('says so where a class is the highest nowhere', async () => {
    const places = await reader({ map: [1, 2, 1, 2] }, [8, 8]);
    const { note } = places.target(Float32Array.of(5, 5, 1, 1), choice({ class: 1 }));
    assert.match(note!, /^Class 1 is the highest nowhere/);
  });

  it('finds boxes in rows of coordinates, objectness and classes, and scores them by the product', async () => {
    const boxes = await reader({ output: [1, 30, 7] }, [8, 8]);
    assert.deepEqual([boxes.kind, boxes.boxes, boxes.classes], ['boxes', 30, 2]);
    const values = new Float32Array(210);
    // Box 3: objectness 0.5, classes 0.2 and 0.9. Box 9: objectness 0.9, classes 0.3 and 0.4.
    values.set([0.5, 0.2, 0.9], 3 * 7 + 4);
    values.set([0.9, 0.3, 0.4], 9 * 7 + 4);
    assert.deepEqual([...boxes.perClass(values)].map((score) => score.toFixed(2)), ['0.27', '0.45']); // prettier-ignore
    const best = boxes.target(values, choice({ class: 1 }));
    assert.equal(best.box, 3);
    // d (o · c) is c by o and o by c.
    const into = new Float32Array(210);
    best.addSeed(values, into);
    assert.deepEqual([...into.entries()].filter(([, weight]) => weight !== 0), [[25, Math.fround(0.9)], [27, 0.5]]); // prettier-ignore
    assert.equal(boxes.target(values, choice({ class: 1, box: 9 })).box, 9);
    assert.throws(() => boxes.target(values, choice({ box: 30 })), /there is no box 30/);
  });

  it('finds boxes in columns of coordinates and classes, and in scores beside coordinates', async () => {
    const columns = await reader({ output: [1, 7, 30] }, [8, 8]);
    assert.deepEqual([columns.kind, columns.boxes, columns.classes], ['boxes', 30, 3]);
    const values = new Float32Array(210);
    values[4 * 30 + 11] = 0.8;
    assert.equal(columns.target(values, choice({})).box, 11);

    const beside = await reader({ scores: [1, 30, 2], boxes: [1, 30, 4] }, [8, 8]);
    assert.deepEqual([beside.kind, beside.boxes, beside.classes], ['boxes', 30, 2]);
  });
});

describe('The grid of a vision transformer’s tokens', () => {
  it('has the picture’s form: 32 × 24 pixels in patches of 8 are 4 × 3, behind a class token', () => {
    assert.deepEqual(tokenGrid(13, { height: 32, width: 24 }), { height: 4, width: 3, prefix: 1 });
    assert.deepEqual(tokenGrid(12, { height: 24, width: 32 }), { height: 3, width: 4, prefix: 0 });
  });

  it('is square where the picture is, behind a class token and registers', () => {
    assert.deepEqual(tokenGrid(201, { height: 224, width: 224 }), { height: 14, width: 14, prefix: 5 });
    assert.deepEqual(tokenGrid(197), { height: 14, width: 14, prefix: 1 });
  });
});

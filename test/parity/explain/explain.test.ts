import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExplainRequest } from '../../../src/shared/engineApi.js';
import { defaultSettings, type Formula, type Settings, type UnitExplanation } from '../../../src/shared/results.js';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from '../../unit/probe/folder.js';

/** What test/fixtures/explain/make.py found with numpy, torch and Python's onnxruntime. */
interface UnitReference {
  unit: number;
  /** Best IoU of one concept, and of two joined by OR, AND or AND NOT, found by trying all. */
  best: [number, number];
  top: [number, number, number][];
  histogram: { edges: number[]; counts: number[] };
}
const reference = <T>(name: string): T =>
  JSON.parse(readFileSync(path.join(projectRoot, 'test', 'fixtures', 'explain', `${name}.json`), 'utf8')) as T;
const sample = (...parts: string[]) => path.join(projectRoot, 'media', 'sample', ...parts);
const engine = createEngine({ media: mediaFolder() });

async function explain(
  name: 'fashion' | 'policy',
  layer: string,
  units: number[],
  more: Partial<ExplainRequest> = {},
  settings: Partial<Settings> = {},
): Promise<UnitExplanation[]> {
  const { layers } = await engine.explain(
    {
      model: sample(name, `${name}.onnx`),
      probe: { kind: 'file', path: sample(name, `${name}.probe.json`) },
      folders: [],
      layers: [layer],
      units,
      limit: null,
      threads: null,
      provider: 'cpu',
      memory: 2048,
      activations: null,
      ...more,
      settings: { ...defaultSettings, ...settings },
    },
    () => undefined,
    new AbortController().signal,
  );
  return layers[0].explanations;
}

const close = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);

/** Activations of two builds of ONNX Runtime differ in the last bits, so a value at an edge may fall to its other side. */
const rounding = 2e-5;

function sameMeasures(unit: UnitExplanation, expected: UnitReference): void {
  const name = `unit ${unit.unit}`;
  assert.equal(unit.top.length, expected.top.length);
  unit.top.forEach(({ sample, position, value }, i) => {
    close(value, expected.top[i][2], rounding, `${name}, strongest ${i}`);
    assert.deepEqual([sample, position], expected.top[i].slice(0, 2), `${name}, strongest ${i}`);
  });
  const { edges, counts } = unit.histogram;
  assert.equal(counts.length, expected.histogram.counts.length, `${name}: bins`);
  for (const [actual, wanted] of [
    [edges[0], expected.histogram.edges[0]],
    [edges[1], expected.histogram.edges[1]],
    [edges.at(-1)!, expected.histogram.edges[2]],
  ]) {
    close(actual, wanted, rounding, `${name}: edge`);
  }
  const total = counts.reduce((sum, count) => sum + count);
  assert.equal(
    total,
    expected.histogram.counts.reduce((sum, count) => sum + count),
  );
  const moved = counts.reduce((sum, count, i) => sum + Math.abs(count - expected.histogram.counts[i]), 0);
  assert.ok(moved <= 2 + total * 1e-4, `${name}: ${moved} of ${total} activations in another bin`);
}

/** Classes, or bits, at which a formula holds. */
function holds(formula: Formula, atom: (concept: string) => boolean): boolean {
  switch (formula.op) {
    case 'atom':
      return atom(formula.concept);
    case 'not':
      return !holds(formula.of, atom);
    case 'and':
      return holds(formula.left, atom) && holds(formula.right, atom);
    case 'or':
      return holds(formula.left, atom) || holds(formula.right, atom);
  }
}

describe('The picture network of the sample, as Python measures it', function () {
  this.timeout(60_000);
  const folder = testFolder();
  const places: Record<string, number> = { relu: 28 * 28, relu_3: 14 * 14, relu_4: 7 * 7 };
  const { samplesInClass, layers } = reference<{
    samplesInClass: Record<string, number>;
    layers: Record<
      string,
      (UnitReference & { threshold: number; firesOnMasks: number; firesInClass: Record<string, number> })[]
    >;
  }>('fashion');
  const sampleCount = Object.values(samplesInClass).reduce((sum, count) => sum + count);
  let classesAlone = '';
  before(() => {
    const probe = JSON.parse(
      readFileSync(sample('fashion', 'fashion.probe.json'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
    );
    classesAlone = folder.path('classes.probe.json');
    writeFileSync(
      classesAlone,
      JSON.stringify({ ...probe, data: sample('fashion', 'pictures'), concepts: { folders: true, auto: false } }),
    );
  });

  for (const [layer, expected] of Object.entries(layers)) {
    const units = expected.map(({ unit }) => unit);

    it(`${layer}: thresholds, fire rates on the masks, strongest inputs, histograms`, async () => {
      const explained = await explain('fashion', layer, units);
      explained.forEach((unit, i) => {
        close(unit.threshold!, expected[i].threshold, rounding, 'threshold');
        close(
          unit.fireRate * sampleCount * 784,
          expected[i].firesOnMasks,
          2 + expected[i].firesOnMasks * 1e-3,
          'fires',
        );
        sameMeasures(unit, expected[i]);
      });
    });

    it(`${layer}: IoU, precision and recall of the label over class folders, and the best of all`, async () => {
      const probe = { kind: 'file', path: classesAlone } as const;
      for (const settings of [
        { search: 'single', maxLength: 1 },
        { search: 'optimal', maxLength: 2 },
        { search: 'beam', maxLength: 3 },
      ] as const) {
        const explained = await explain('fashion', layer, units, { probe }, settings);
        explained.forEach((unit, i) => {
          const { firesInClass, best } = expected[i];
          const fires = Object.values(firesInClass).reduce((sum, count) => sum + count);
          const within = (counts: Record<string, number>) =>
            Object.entries(counts).reduce(
              (sum, [name, count]) => sum + (holds(unit.formula!, (concept) => concept === name) ? count : 0),
              0,
            );
          const both = within(firesInClass);
          const covered = within(samplesInClass) * places[layer];
          const name = `${settings.search}, unit ${unit.unit}, ${unit.label}`;
          close(unit.fireRate, fires / (sampleCount * places[layer]), 2 / fires, name);
          close(unit.iou, both / (fires + covered - both), 1e-5, `${name}: IoU`);
          close(unit.precision, both / covered, 1e-5, `${name}: precision`);
          close(unit.recall, both / fires, 1e-3, `${name}: recall`);
          if (settings.maxLength === 3) assert.ok(unit.iou >= best[1] - 1e-5, name);
          else close(unit.iou, best[settings.maxLength - 1], 1e-5, `${name}: best`);
          if (settings.maxLength < 3) assert.equal(unit.optimal, true);
        });
      }
    });
  }
});

describe('The policy of the sample, as Python measures it', function () {
  this.timeout(60_000);
  const { masks, layers } = reference<{
    masks: Record<string, string>;
    layers: Record<string, (UnitReference & { quantile: number; fires: string })[]>;
  }>('policy');
  const states = 8000;
  const bits = (packed: string) => {
    const bytes = Buffer.from(packed, 'base64');
    return (state: number) => ((bytes[state >> 3] >> (state & 7)) & 1) === 1;
  };
  const concepts = new Map(Object.entries(masks).map(([name, packed]) => [name, bits(packed)]));

  for (const [layer, expected] of Object.entries(layers)) {
    const units = expected.map(({ unit }) => unit);

    it(`${layer}: strongest inputs, histograms, quantiles and the worth of labels`, async () => {
      const explained = await explain('policy', layer, units);
      explained.forEach((unit, i) => {
        sameMeasures(unit, expected[i]);
        const fires = bits(expected[i].fires);
        let [fired, covered, both] = [0, 0, 0];
        for (let state = 0; state < states; state++) {
          const isCovered = unit.formula !== null && holds(unit.formula, (name) => concepts.get(name)!(state));
          if (fires(state)) fired++;
          if (isCovered) covered++;
          if (fires(state) && isCovered) both++;
        }
        const name = `unit ${unit.unit}, ${unit.label}`;
        close(unit.fireRate, fired / states, 1e-3, name);
        if (unit.formula === null) return;
        close(unit.iou, both / (fired + covered - both), 1e-3, `${name}: IoU`);
        close(unit.precision, both / covered, 1e-3, `${name}: precision`);
        close(unit.recall, both / fired, 1e-3, `${name}: recall`);
        assert.ok(unit.iou >= expected[i].best[1] - 1e-3, `${name} is worse than the best of two concepts`);
      });
      assert.ok(explained.filter(({ formula }) => formula !== null).length >= 6);
      const quantiles = await explain('policy', layer, units, {}, { threshold: 'quantile:0.005' });
      quantiles.forEach((unit, i) => close(unit.threshold!, expected[i].quantile, rounding, 'quantile'));
    });

    it(`${layer}: the optimal search finds the best that exists`, async () => {
      for (const maxLength of [1, 2] as const) {
        const explained = await explain('policy', layer, units, {}, { search: 'optimal', maxLength });
        explained.forEach((unit, i) => {
          close(unit.iou, expected[i].best[maxLength - 1], 1e-3, `unit ${unit.unit}, ${unit.label}`);
          if (unit.status === 'explained') assert.equal(unit.optimal, true);
        });
      }
    });
  }
});

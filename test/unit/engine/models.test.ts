import assert from 'node:assert/strict';
import path from 'node:path';
import type { ExplainEvent, ProbeChoice } from '../../../src/shared/engineApi.js';
import { defaultSettings, type LayerExplanation } from '../../../src/shared/results.js';
import { projectRoot, sharedData } from '../../support/sharedData.js';
import { explain, requestFor } from './request.js';

const bundled = (name: string): ProbeChoice => ({ kind: 'bundled', name: `${name}/${name}` });

/** Every number there is, and is one. */
function isSound(layer: LayerExplanation): void {
  for (const unit of layer.explanations) {
    const name = `${layer.name}, unit ${unit.unit}`;
    const shares = [unit.fireRate, unit.iou, unit.precision, unit.recall, unit.floor];
    assert.ok(
      shares.every((share) => share >= 0 && share <= 1),
      `${name}: ${shares.join(' ')}`,
    );
    assert.ok(Number.isFinite(unit.threshold), name);
    assert.ok(unit.histogram.edges.every(Number.isFinite), name);
    assert.ok(unit.top.length > 0 && unit.top.every(({ value }) => Number.isFinite(value)), name);
    assert.equal(unit.status === 'explained', unit.label !== null, name);
  }
}

describe('Kinds of models', function () {
  this.timeout(60_000);

  for (const name of ['fashion_vit_dynamo_opset20', 'fashion_vit_legacy_opset17']) {
    it(`${name}: tokens are the 7 × 7 patches of the picture`, async function () {
      const model = sharedData(this, 'models', 'transformer', `${name}.onnx`);
      const maps: [number, number][] = [];
      const { layers } = await explain(
        requestFor(model, { probe: bundled('fashion'), limit: 40, units: [0, 1, 2, 3, 4, 5] }),
        (event: ExplainEvent) => {
          if (event.type === 'statistics' && event.layer.maps)
            maps.push([event.layer.maps.height, event.layer.maps.width]);
        },
      );
      layers.forEach(isSound);
      // 49 patches and a class token; the class token is no place.
      const tokens = layers.filter(({ shape }) => shape.length === 3 && shape[1] === 50);
      assert.ok(tokens.length >= 4, layers.map(({ shape }) => shape.join('×')).join(' '));
      assert.deepEqual(new Set(maps.map(String)), new Set(['7,7']));
      for (const { explanations } of tokens) {
        for (const { top } of explanations) assert.ok(top.every(({ position }) => position < 49));
      }
      assert.ok(tokens.some(({ explanations }) => explanations.some(({ label }) => label !== null)));
    });
  }

  for (const [kind, ...parts] of [
    ['float16', 'imagenet', 'squeezenet_fp16.onnx'],
    ['int8', 'imagenet', 'mobilenetv2-12-int8.onnx'],
  ]) {
    it(`${kind}: numbers all the way`, async function () {
      const model = sharedData(this, 'models', ...parts);
      const { layers } = await explain(requestFor(model, { probe: bundled('squeezenet'), limit: 3, units: [0, 1, 2] }));
      layers.forEach(isSound);
      assert.ok(layers.length > 20);
      assert.ok(layers.some(({ explanations }) => explanations.some(({ label }) => label !== null)));
    });
  }

  it('with several inputs: what the others are fed is said', async function () {
    const model = sharedData(this, 'models', 'rl', 'godot_ball_chase.onnx');
    const said: string[] = [];
    await explain(requestFor(model, { limit: 50 }), (event) => {
      if (event.type === 'probe') said.push(...event.probe.assumptions);
    });
    assert.ok(
      said.some((sentence) => sentence.includes('state_ins')),
      said.join('\n'),
    );
  });

  it('large pictures need few runs: the groups follow the ceiling', async function () {
    const model = sharedData(this, 'models', 'generative', 'fns_candy_style.onnx');
    const totals = new Set<number>();
    await explain(
      requestFor(model, {
        probe: bundled('squeezenet'),
        limit: 1,
        units: [0],
        layers: ['ReLU_28', 'ReLU_66'],
        memory: 4096,
      }),
      (event) => {
        if (event.type === 'progress' && event.stage === 'running') totals.add(event.total);
      },
    );
    assert.deepEqual([...totals], [2]);
  });

  it('tell how far the whole work is, never backwards, up to its end', async () => {
    const sample = path.join(projectRoot, 'media', 'sample', 'fashion', 'fashion.onnx');
    const overall: number[] = [];
    await explain(requestFor(sample, { limit: 20, units: [0, 1], memory: 1 }), (event) => {
      if (event.type === 'progress' && event.overall !== undefined) overall.push(event.overall);
    });
    assert.ok(overall.length > 7);
    assert.deepEqual(
      overall,
      [...overall].sort((a, b) => a - b),
    );
    assert.ok(overall[0] > 0 && overall[0] < 0.2 && Math.abs(overall.at(-1)! - 1) < 1e-9, overall.join(' '));
  });

  it('in little memory give the same, unit by unit if need be', async () => {
    const sample = path.join(projectRoot, 'media', 'sample', 'fashion', 'fashion.onnx');
    for (const threshold of ['auto', 'value:0.2']) {
      const settings = { ...defaultSettings, threshold };
      const at = (memory: number) =>
        explain(
          requestFor(sample, { limit: 60, units: [0, 1, 2], layers: ['relu', 'relu_2', 'relu_4'], memory, settings }),
        );
      const expected = await at(4096);
      assert.deepEqual(await at(0.25), expected);
      // Without a place for a temporary file the model is run again.
      const { TMPDIR, TEMP, TMP } = process.env;
      const nowhere = path.join(projectRoot, 'no', 'such', 'folder');
      Object.assign(process.env, { TMPDIR: nowhere, TEMP: nowhere, TMP: nowhere });
      try {
        assert.deepEqual(await at(0.25), expected);
      } finally {
        for (const [name, value] of Object.entries({ TMPDIR, TEMP, TMP })) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    }
  });
});

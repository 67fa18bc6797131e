import assert from 'node:assert/strict';
import path from 'node:path';
import { createEngine } from '../../../src/engine/index.js';
import type { ExplainEvent, ProbeChoice } from '../../../src/shared/engineApi.js';
import { defaultSettings } from '../../../src/shared/results.js';
import type { UserError } from '../../../src/shared/userError.js';
import { graph, modelBytes, type NodeSpec, temporaryFolder } from '../../support/onnxFile.js';
import { projectRoot, sharedData } from '../../support/sharedData.js';

const engine = createEngine({ media: path.join(projectRoot, 'media') });

async function explain(model: string, probe: ProbeChoice | null, layers: string[] = []) {
  const events: ExplainEvent[] = [];
  const explanation = await engine.explain(
    {
      ...{ model, probe, folders: [], layers, units: null, settings: defaultSettings, limit: null },
      ...{ threads: 1, provider: 'cpu', memory: 4096, activations: null },
    },
    (event) => events.push(event),
    new AbortController().signal,
  );
  return {
    layers: explanation.layers.map(({ name }) => name),
    announced: events.flatMap((event) => (event.type === 'structure' ? [event.layers] : [])),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
  };
}

describe('a model with operators of somebody’s own, that takes the bytes of a file', () => {
  it('is refused for its operators, whatever probe set is tried', async function () {
    const model = sharedData(this, 'malformed', 'real_custom_domain_ort_extensions_supres.onnx');
    for (const probe of [
      null,
      { kind: 'data', path: path.join(projectRoot, 'media/sample/squeezenet/photos') } as const,
    ])
      await assert.rejects(
        explain(model, probe),
        /uses the operator SuperResolutionPreProcess of ai\.onnx\.contrib, which ONNX Runtime does not have/,
      );
  });
});

describe('a model of which ONNX Runtime can’t run an operator near its end', () => {
  const folder = temporaryFolder();
  const branch = (op: string, domain = '') =>
    graph({ nodes: [{ op, domain, in: ['r'], out: [`of ${op}`] }], outputs: { [`of ${op}`]: {} } });
  const ways: Record<string, { nodes: NodeSpec[]; says: RegExp }> = {
    'an operator of its own': {
      nodes: [{ op: 'Splat', domain: 'my.own', in: ['r'], out: ['s'], name: 'splat' }],
      says: /uses the operator Splat of my\.own, which ONNX Runtime does not have/,
    },
    'one in a branch': {
      nodes: [
        {
          op: 'If',
          in: ['true'],
          out: ['s'],
          attributes: { then_branch: branch('Splat', 'my.own'), else_branch: branch('Neg') },
        },
      ],
      says: /uses the operator Splat of my\.own, which ONNX Runtime does not have/,
    },
    'a name that no operator has': {
      nodes: [{ op: 'Reluu', in: ['r'], out: ['s'], name: 'typo' }],
      says: /uses the operator Reluu/,
    },
    'a type that the operator is not made for here': {
      nodes: [
        { op: 'MatMul', in: ['r', 'V'], out: ['m'] },
        { op: 'Cast', in: ['m'], out: ['wide'], attributes: { to: 11 } },
        { op: 'HardSigmoid', in: ['wide'], out: ['gate'], name: 'gate' },
        { op: 'Cast', in: ['gate'], out: ['s'], attributes: { to: 1 } },
      ],
      says: /can't run HardSigmoid \(opset 6\) .*\(node "gate"\)/,
    },
  };

  for (const [what, { nodes, says }] of Object.entries(ways)) {
    it(`is explained up to there: ${what}`, async () => {
      const identity = { dims: [2, 2], values: [1, 0, 0, 1] };
      const model = folder.write(
        'model.onnx',
        modelBytes({
          nodes: [
            { op: 'MatMul', in: ['x', 'W'], out: ['h'], name: 'fc1' },
            { op: 'Relu', in: ['h'], out: ['r'], name: 'act1' },
            ...nodes,
            { op: 'MatMul', in: ['s', 'V'], out: ['y'], name: 'fc2' },
          ],
          inputs: { x: { shape: ['batch', 2] } },
          outputs: { y: { shape: ['batch', 2] } },
          initializers: { W: identity, V: identity, true: { dims: [], type: 9, raw: Buffer.of(1) } },
          domains: { 'my.own': 1 },
        }),
      );
      const rows = Array.from({ length: 8 }, (_, i) => `${i - 4},${((3 * i) % 8) - 3}`);
      const probe = { kind: 'data', path: folder.write('rows.csv', Buffer.from(['a,b', ...rows].join('\n'))) } as const;
      const { layers, announced, warnings } = await explain(model, probe);
      assert.deepEqual(layers, ['r']);
      assert.deepEqual(announced.at(-1), ['r']);
      assert.match(warnings[0], says);
      assert.match(warnings[0], /left out: .*\by$/);
      assert.deepEqual((await explain(model, probe, ['r'])).warnings, []);
      await assert.rejects(explain(model, probe, ['y']), (error: UserError) => {
        assert.match(error.message, says);
        assert.match(error.hint!, /^explain a layer before it, such as "[rm]", or /);
        return true;
      });
      // Where no probe set can be opened the model is not to blame.
      await assert.rejects(
        explain(model, { kind: 'data', path: path.join(folder.path(), 'nothing.csv') }),
        /nothing\.csv/,
      );
    });
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CancellationTokenSource, RequestType } from 'vscode-jsonrpc/node.js';
import type { ProbeChoice } from '../../../src/shared/engineApi.js';
import { memoryRequest, type EngineFailure } from '../../../src/shared/engineRpc.js';
import { defaultSettings } from '../../../src/shared/results.js';
import { bundle } from '../../support/bundle.js';
import { projectRoot } from '../../support/sharedData.js';
import { writeSmallNetwork } from '../cli/smallNetwork.js';
import { testFolder } from '../probe/folder.js';
import { EngineProcess } from './engineProcess.js';
import { requestFor as request } from './request.js';
import { slowLoop } from './slowLoop.js';

const sample = (...parts: string[]) => path.join(projectRoot, 'media', 'sample', ...parts);
const policy = sample('policy', 'policy.onnx');
const fashion = sample('fashion', 'fashion.onnx');
const states: ProbeChoice = { kind: 'file', path: sample('policy', 'policy.probe.json') };
const pictures: ProbeChoice = { kind: 'file', path: sample('fashion', 'fashion.probe.json') };

describe('The engine process', function () {
  this.timeout(60_000);
  const folder = testFolder();
  let engine: EngineProcess;
  before(async () => {
    engine = await EngineProcess.start();
  });
  after(() => engine.end());

  it('answers every method', async () => {
    const version = await engine.call('version', {});
    assert.match(version.onnxplain, /^\d+\.\d+\.\d+$/);
    assert.match(version.onnxruntime, /^\d+\.\d+\.\d+/);
    assert.ok(version.providers.includes('cpu'));
    assert.ok(version.methods!.some(({ name, needsClass }) => name === 'cam' && needsClass));

    const structure = await engine.call('inspect', { model: policy });
    assert.deepEqual(
      structure.layers.slice(0, 2).map(({ module }) => module),
      ['fc1', 'act1'],
    );

    const proposals = await engine.call('proposeProbes', { model: policy, folders: [] });
    assert.deepEqual([proposals[0].origin, proposals[0].choice], ['near the model', states]);
    assert.ok(proposals.some(({ choice }) => choice.kind === 'drawn'));

    const text = await engine.call('probeFileText', { model: fashion, probe: pictures });
    assert.match(text, /"preprocess"/);

    engine.events.length = 0;
    const explained = await engine.call('explain', {
      ...request(policy, { probe: states, layers: ['act1'], units: [0, 1, 2], limit: 400 }),
      id: 1,
    });
    assert.equal(explained.layers[0].explanations.length, 3);
    const types = engine.events.map(({ type }) => type);
    assert.deepEqual([types[0], types[1]], ['structure', 'probe']);
    assert.ok(types.indexOf('statistics') < types.indexOf('labels'));
    // All events come before the reply; what is said last of each unit is the result.
    const labelled = engine.events.flatMap((event) => (event.type === 'labels' ? event.explanations : []));
    const last = new Map(labelled.map((explanation) => [explanation.unit, explanation]));
    assert.deepEqual(
      [...last.values()].sort((a, b) => a.unit - b.unit),
      explained.layers[0].explanations,
    );

    const picture = await engine.call('picture', { model: fashion, probe: pictures, sample: 3, size: 64 });
    assert.ok(picture.rgba instanceof Uint8Array && picture.rgba.length === 4 * picture.width * picture.height);
    const view = await engine.call('sample', { model: policy, probe: states, sample: 5 });
    const row = readFileSync(sample('policy', 'states.csv'), 'utf8').split('\n')[6].split(',').map(Number);
    assert.deepEqual(view.values, row.slice(0, 4));

    const map = await engine.call('map', {
      model: fashion,
      probe: pictures,
      input: { kind: 'sample', sample: 0 },
      method: 'cam',
      layers: [],
      class: 9,
      unit: null,
    });
    assert.ok(map.values instanceof Float32Array && map.values.length === map.width * map.height);
    assert.deepEqual([map.class, map.width, map.height], [9, 28, 28]);
    assert.ok(map.top.some(({ class: index, name }) => index === 9 && name !== null));

    const effects = await engine.call('columnEffect', {
      model: policy,
      probe: states,
      layer: 'act1',
      unit: 4,
      sample: 0,
    });
    assert.deepEqual(
      effects.map(({ column }) => column),
      ['cart_position', 'cart_velocity', 'pole_angle', 'pole_velocity'],
    );
    const feeds = await engine.call('feeds', { model: policy, layer: 'act2', unit: 0, limit: 4 });
    assert.deepEqual(feeds.map(({ target, layer }) => [target, layer]).slice(0, 2), [
      ['action', 'action_logits'],
      ['action', 'action_logits'],
    ]);
    const { file } = await engine.call('report', {
      explanation: explained,
      probe: states,
      folder: folder.path('report'),
    });
    assert.match(readFileSync(file, 'utf8'), /policy\.onnx/);
    const { resident } = await engine.connection.sendRequest(memoryRequest, {});
    assert.ok(resident > 10e6 && resident < 2e9);
    assert.deepEqual(engine.output, []);
  });

  it('stops explaining within a second when it is cancelled, wherever it stands, and goes on serving', async () => {
    // Moments of the work, not of the clock: how long each takes depends on the machine.
    for (const [id, moment] of ['request', 'structure', 'probe', 'progress', 'statistics', 'labels'].entries()) {
      const source = new CancellationTokenSource();
      engine.events.length = 0;
      const failed: Promise<EngineFailure> = engine.failure(
        'explain',
        { ...request(fashion, { probe: pictures }), id },
        source.token,
      );
      while (moment !== 'request' && !engine.events.some(({ type }) => type === moment)) await wait(1);
      const cancelled = performance.now();
      source.cancel();
      assert.equal((await failed).code, 'engine/cancelled');
      const took = performance.now() - cancelled;
      assert.ok(took < 1000, `${took} ms, cancelled at ${moment}`);
    }
    assert.equal((await engine.call('inspect', { model: policy })).layers.length, 10);
  });

  it('does nothing for a request that was cancelled before it was read', async () => {
    const cold = await EngineProcess.start();
    try {
      const source = new CancellationTokenSource();
      const failed = cold.failure('explain', { ...request(fashion, { probe: pictures }), id: 1 }, source.token);
      source.cancel();
      assert.equal((await failed).code, 'engine/cancelled');
      assert.ok(!cold.events.some(({ type }) => type === 'progress'));
    } finally {
      await cold.end();
    }
  });

  it('draws maps on as many threads as it is told', async function () {
    if (process.platform !== 'linux') this.skip(); // Elsewhere nothing counts the threads of another process.
    const own = await EngineProcess.start();
    try {
      const threadsWith = async (threads: number) => {
        const input = { kind: 'sample' as const, sample: 0 };
        const map = {
          model: fashion,
          probe: pictures,
          input,
          method: 'cam',
          layers: [],
          class: 9,
          unit: null,
          threads,
        };
        await own.call('map', map);
        return readdirSync(`/proc/${own.child.pid}/task`).length;
      };
      // The thread that asks is one of them, so a session of n threads starts n - 1.
      const alone = await threadsWith(1);
      assert.ok((await threadsWith(7)) >= alone + 6);
      assert.equal(await threadsWith(1), alone);
    } finally {
      await own.end();
    }
  });

  it('fails with a code, a message and a hint', async () => {
    const missing = await engine.failure('inspect', { model: folder.path('none.onnx') });
    assert.deepEqual(missing, {
      code: 'file/missing',
      message: `${folder.path('none.onnx')}: there is no such file`,
      hint: 'check the path',
    });
    const layer = await engine.failure('explain', { ...request(policy, { layers: ['fc9'] }), id: 1 });
    assert.equal(layer.code, 'layer/not-found');
    assert.match(layer.hint!, /"fc1"/);
    const map = await engine.failure('map', {
      model: policy,
      probe: states,
      input: { kind: 'sample', sample: 0 },
      method: 'eigencam',
      layers: [],
      class: null,
      unit: null,
    });
    assert.match(map.code, /^(probe|map)\//);
  });

  it('survives parameters that make no sense', async () => {
    const nonsense: [string, unknown][] = [
      ['inspect', {}],
      ['inspect', { model: 7 }],
      ['inspect', null],
      ['inspect', { model: '' }],
      ['inspect', { model: folder.path() }],
      ['explain', {}],
      ['explain', { ...request(policy), settings: null }],
      ['explain', { ...request(policy, { layers: ['act1'] }), units: [-1] }],
      ['explain', { ...request(policy), settings: { ...defaultSettings, threshold: 'often' } }],
      ['explain', { ...request(policy), memory: NaN, layers: ['no such layer'] }],
      ['sample', { model: policy, probe: states, sample: 1e9 }],
      ['sample', { model: policy, probe: states, sample: -1 }],
      ['picture', { model: fashion, probe: pictures, sample: 5000, size: 10 }],
      ['picture', { model: policy, probe: states, sample: 0, size: 10 }],
      ['sample', { model: policy, probe: states, sample: 0.5 }],
      ['map', { model: fashion, probe: pictures, input: { kind: 'sample', sample: 1e9 }, method: 'cam', layers: [] }],
      [
        'map',
        { model: fashion, probe: pictures, input: { kind: 'sample', sample: 0 }, method: 'toString', layers: [] },
      ],
      ['columnEffect', { model: policy, probe: states, layer: 'act1', unit: 1e6, sample: 0 }],
      ['columnEffect', { model: policy, probe: states, layer: 'act1', unit: 0, sample: 1e9 }],
      ['columnEffect', { model: fashion, probe: pictures, layer: 'relu', unit: 0, sample: 0 }],
      ['feeds', { model: policy, layer: 'act1', unit: 1e6, limit: 5 }],
      ['report', { folder: folder.path('r') }],
      ['noSuchMethod', {}],
    ];
    const untold: string[] = [];
    for (const [method, params] of nonsense) {
      const call = engine.connection.sendRequest(new RequestType<unknown, unknown, unknown>(method), params);
      const reply = await call.then(
        (value) => ({ value }),
        (error: { message: string; data?: { code: string } }) => ({ error }),
      );
      const name = `${method} ${JSON.stringify(params)?.slice(0, 200)}`;
      if ('value' in reply) untold.push(`${name} was answered: ${JSON.stringify(reply.value).slice(0, 200)}`);
      else if (method !== 'noSuchMethod' && typeof reply.error.data?.code !== 'string')
        untold.push(`${name} has no code`);
    }
    assert.deepEqual(untold, []);
    assert.equal(engine.child.exitCode, null);
    assert.equal((await engine.call('inspect', { model: policy })).layers.length, 10);
  });

  it('reads a model again once its file has changed', async () => {
    const { model } = writeSmallNetwork(folder.path('changing'));
    assert.equal((await engine.call('inspect', { model })).layers.length, 3);
    await wait(10);
    writeFileSync(model, readFileSync(policy));
    assert.equal((await engine.call('inspect', { model })).layers.length, 10);
    writeFileSync(model, '');
    assert.match((await engine.failure('inspect', { model })).message, /is empty/);
  });

  it('ends with its parent, even while a run blocks it', async () => {
    const model = folder.write('slow.onnx', slowLoop());
    // A parent that forks the engine, sets it to work, tells its process id and is killed.
    const parent = `
      import { fork } from 'node:child_process';
      const child = fork(process.argv[1], [], { execArgv: [], serialization: 'advanced', silent: true });
      child.send({ jsonrpc: '2.0', id: 1, method: 'explain', params: ${JSON.stringify({ ...request(model), id: 1 })} });
      child.on('message', ({ params }) => {
        if (params?.event.type === 'probe') setTimeout(() => console.log(child.pid), 500);
      });`;
    const args = ['--input-type=module', '-e', parent, await bundle('engine.js')];
    const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) =>
      host.stdout.once('data', (text: Buffer) => resolve(Number(text))),
    );
    assert.ok(isAlive(pid));
    host.kill('SIGKILL');
    for (let i = 0; i < 30 && isAlive(pid); i++) await wait(100);
    const outlived = isAlive(pid);
    if (outlived) process.kill(pid, 'SIGKILL');
    assert.ok(!outlived, 'the engine outlived its parent by three seconds');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

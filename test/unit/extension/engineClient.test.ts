import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ExplainEvent } from '../../../src/shared/engineApi.js';
import { defaultSettings } from '../../../src/shared/results.js';
import { EngineClient, type EngineClientOptions } from '../../../src/extension/engineClient.js';

const entry = path.join(import.meta.dirname, 'fakeEngine.mjs');

const explain = (model: string) => ({
  model,
  probe: null,
  folders: [],
  layers: [],
  units: null,
  settings: defaultSettings,
  limit: null,
  threads: null,
  provider: 'cpu',
  memory: 1000,
  activations: null,
});

describe('the engine client', () => {
  let client: EngineClient;
  const lines: string[] = [];
  const start = (options: Partial<EngineClientOptions> = {}) =>
    (client = new EngineClient({ entry, log: (line) => lines.push(line), memoryCeiling: () => 2 ** 40, ...options }));
  afterEach(() => client.dispose());

  it('starts the process with the first call and answers from the same one after that', async () => {
    start();
    assert.equal(client.pid, null);
    assert.equal((await client.call('inspect', { model: '/a.onnx' })).opset, 17);
    const first = client.pid;
    await client.call('version', {});
    assert.equal(client.pid, first);
  });

  it('hands on what the engine refuses, with the hint', async () => {
    start();
    await assert.rejects(client.call('inspect', { model: '/refused.onnx' }), {
      name: 'UserError',
      code: 'model/empty',
      message: 'refused.onnx is empty',
      hint: 'export it again',
    });
  });

  it('rejects every pending call when the process dies, and starts another for the next', async () => {
    start();
    const pending = client.call('inspect', { model: '/hang.onnx' });
    await client.call('version', {});
    const first = client.pid!;
    process.kill(first, 'SIGKILL');
    await assert.rejects(pending, { code: 'engine/lost' });
    assert.equal((await client.call('inspect', { model: '/a.onnx' })).opset, 17);
    assert.notEqual(client.pid, first);
  });

  it('says how the process ended', async () => {
    start();
    await assert.rejects(client.call('inspect', { model: '/crash.onnx' }), /exit code 3/);
  });

  it('passes the events of one explanation to its caller, all before the result', async () => {
    start();
    const events: string[] = [];
    await client.call('explain', explain('/a.onnx'), {
      onEvent: (event: ExplainEvent) => void events.push(event.type),
    });
    assert.deepEqual(events, ['structure', 'probe', 'statistics', 'labels']);
  });

  it('cancels by asking first', async () => {
    start();
    const abort = new AbortController();
    const call = client.call('explain', explain('/slow.onnx'), { signal: abort.signal, onEvent: () => abort.abort() });
    await assert.rejects(call, { code: 'engine/cancelled' });
    assert.notEqual(client.pid, null, 'the process lives on');
  });

  it('kills a process that goes on after it was cancelled', async () => {
    start({ graceMilliseconds: 300 });
    const abort = new AbortController();
    let asked = 0;
    const call = client.call('explain', explain('/stubborn.onnx'), {
      signal: abort.signal,
      onEvent: () => {
        asked ||= Date.now();
        abort.abort();
      },
    });
    await assert.rejects(call, { code: 'engine/cancelled' });
    const took = Date.now() - asked;
    assert.ok(took >= 250 && took < 1500, `${took} ms`);
    assert.equal(client.pid, null);
  });

  it('gives up on a call that takes longer than its deadline', async () => {
    start();
    await assert.rejects(client.call('inspect', { model: '/hang.onnx' }, { deadline: 300 }), { code: 'engine/late' });
    assert.equal((await client.call('inspect', { model: '/a.onnx' })).opset, 17);
  });

  it('replaces an idle process that holds more memory than it may', async () => {
    start({ memoryCeiling: () => 5000, env: { FAKE_RESIDENT: '6000' } });
    await client.call('version', {});
    for (let i = 0; client.pid !== null && i < 50; i++) await wait(20);
    assert.equal(client.pid, null);
  });

  it('ends a process that nobody calls', async () => {
    start({ idleMilliseconds: 100 });
    await client.call('version', {});
    const pid = client.pid!;
    await wait(600);
    assert.equal(client.pid, null);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });

  it('says so when there is nothing to start', async () => {
    start({ entry: path.join(import.meta.dirname, 'no-such-engine.mjs') });
    await assert.rejects(client.call('version', {}), { code: 'engine/lost' });
    assert.match(lines.join('\n'), /no-such-engine/);
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EngineClient } from '../../../src/extension/engineClient.js';
import { ResultStore } from '../../../src/extension/resultStore.js';
import { ModelSession } from '../../../src/extension/session.js';
import type { SessionSurroundings } from '../../../src/extension/sessionSurroundings.js';
import { defaultSettings } from '../../../src/shared/results.js';

const entry = path.join(import.meta.dirname, 'fakeEngine.mjs');

describe('a model’s session', () => {
  let folder: string;
  const sessions: ModelSession[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-session-'));
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.dispose()));
    await rm(folder, { recursive: true });
  });

  async function open(name: string, surroundings: Partial<SessionSurroundings> = {}): Promise<ModelSession> {
    const model = path.join(folder, name);
    if (!existsSync(model)) await writeFile(model, 'bytes');
    const engine = new EngineClient({ entry, log: () => {}, memoryCeiling: () => 2 ** 40 });
    const session = new ModelSession(model, engine, new ResultStore(path.join(folder, 'results')), {
      settings: () => defaultSettings,
      probe: () => null,
      run: () => ({ threads: null, provider: 'cpu', memory: 1000 }),
      folders: () => [],
      trusted: () => true,
      explainOnOpen: () => false,
      explainOnChange: () => false,
      log: () => {},
      ...surroundings,
    });
    sessions.push(session);
    await session.open();
    return session;
  }

  async function until(session: ModelSession, state: string): Promise<void> {
    for (let i = 0; session.status.state !== state && i < 100; i++) await wait(20);
    assert.equal(session.status.state, state);
  }

  it('shows the structure and waits, then has the labels', async () => {
    const session = await open('a.onnx');
    assert.equal((await session.state()).structure?.layers[0].name, 'relu');
    assert.equal(session.status.state, 'empty');
    await session.explain();
    assert.equal(session.status.state, 'done');
    const [summary] = session.layers();
    assert.deepEqual([summary.units, summary.explained, summary.silent, summary.state], [2, 1, 1, 'labelled']);
    assert.equal((await session.queries.unit('relu', 1)).samples[0].name, 'row 3');
  });

  it('explains on opening where the settings want that', async () => {
    await until(await open('a.onnx', { explainOnOpen: () => true }), 'done');
  });

  it('tells what a bad file is', async () => {
    const session = await open('refused.onnx');
    assert.deepEqual(session.status.error, {
      code: 'model/empty',
      message: 'refused.onnx is empty',
      hint: 'export it again',
    });
    assert.equal(session.status.state, 'failed');
  });

  it('stops within a second and keeps what has arrived', async () => {
    const session = await open('slow.onnx');
    const work = session.explain();
    while (session.results.layers.size === 0) await wait(5);
    const asked = Date.now();
    await session.stop();
    assert.ok(Date.now() - asked < 1000);
    await work;
    assert.equal(session.status.state, 'stopped');
    assert.equal(session.layers()[0].state, 'measured');
  });

  it('says that the engine was lost and goes on when asked', async () => {
    const session = await open('dies.onnx');
    await session.explain();
    assert.equal(session.status.state, 'lost');
    assert.equal(session.status.error?.code, 'engine/lost');
    assert.equal(session.results.layers.size, 1, 'what had arrived is there');
    assert.equal((await session.queries.sample(3)).name, 'row 3');
  });

  it('starts again with the work under way ended', async () => {
    const session = await open('slow.onnx');
    const first = session.explain();
    await until(session, 'working');
    const second = session.explain({ probe: { kind: 'data', path: '/other.csv' } });
    await first;
    await until(session, 'working');
    while (session.results.probe?.choice.kind !== 'data') await wait(5);
    await session.stop();
    await second;
    assert.equal(session.status.state, 'stopped');
  });

  it('shows the former labels after a reload, and marks them old once the model has changed', async () => {
    await (await open('a.onnx')).explain();
    const again = await open('a.onnx');
    assert.deepEqual([again.status.state, again.status.stale], ['done', null]);
    assert.equal(again.results.layer('relu').explanations[1].label, 'x > 0');

    await utimes(again.model, 1, 1);
    await again.fileChanged();
    assert.equal(again.status.stale, 'a.onnx changed on disk');
    const later = await open('a.onnx');
    assert.equal(later.status.stale, 'a.onnx changed on disk');
    assert.equal(later.results.layer('relu').explanations[1].label, 'x > 0');
    await later.explain();
    assert.equal(later.status.stale, null);
  });

  it('keeps the labels of the former checkpoint and says what changed since then', async () => {
    const session = await open('a.onnx');
    await session.explain();
    assert.equal((await session.state()).former, null);
    // What the fake engine answers depends on the file: this one has its second unit dead.
    await writeFile(session.model, 'dead');
    await session.fileChanged();
    assert.equal(session.results.change, null, 'labels of one checkpoint alone are no change');
    await session.explain();
    const { former } = await session.state();
    assert.deepEqual(former?.counts, { died: 1, woke: 0, relabelled: 0, iou: 0 });
    assert.deepEqual(former?.differs, []);

    const reloaded = await open('a.onnx');
    const [unit] = reloaded.results.change!.layers[0].changed;
    assert.deepEqual([unit.unit, unit.before.label, unit.after.status], [1, 'x > 0', 'dead']);
    assert.equal((await reloaded.queries.unit('relu', 1)).change?.kind, 'died');

    // Explained once more as it is: still compared with the checkpoint before.
    await reloaded.explain();
    assert.equal(reloaded.results.change?.layers[0].counts.died, 1);
  });

  it('compares with the checkpoint before, not with a copy of the same one', async () => {
    const session = await open('a.onnx');
    await session.explain();
    for (const text of ['dead', 'dead']) {
      await writeFile(session.model, text);
      await utimes(session.model, Date.now() / 1000, 1000 * Math.random());
      await session.fileChanged();
      await session.explain();
    }
    assert.equal(session.results.change?.layers[0].counts.died, 1);
  });

  it('says where a comparison is none: other inputs', async () => {
    const session = await open('a.onnx');
    await session.explain();
    await writeFile(session.model, 'dead');
    await session.explain({ probe: { kind: 'data', path: '/other.csv' } });
    assert.match((await session.state()).former!.differs.join(), /other inputs/);
  });

  it('explains a new checkpoint by itself where the settings want that', async () => {
    const session = await open('a.onnx', { explainOnChange: () => true });
    await session.explain();
    await writeFile(session.model, 'dead');
    await session.fileChanged();
    for (let i = 0; session.status.stale && i < 100; i++) await wait(20);
    assert.deepEqual([session.status.stale, session.results.change?.layers[0].counts.died], [null, 1]);
  });

  it('says that the model is gone, and goes on as before when it is back', async () => {
    const session = await open('a.onnx');
    await session.explain();
    const away = path.join(folder, 'away.bin');
    await rename(session.model, away);
    await session.fileChanged();
    assert.equal(session.status.error?.message, 'a.onnx was deleted or moved');
    assert.equal(session.results.layer('relu').explanations[1].label, 'x > 0');
    await rename(away, session.model);
    await session.fileChanged();
    assert.deepEqual([session.status.state, session.status.error, session.status.stale], ['done', null, null]);
  });

  it('marks labels as old when the settings or the probe file are others, and takes those of now', async () => {
    let settings = defaultSettings;
    const session = await open('a.onnx', { settings: () => settings });
    const probe = path.join(folder, 'a.probe.json');
    await writeFile(probe, '{}');
    await session.explain({ probe: { kind: 'file', path: probe } });
    await session.otherwiseChanged();
    assert.equal(session.status.stale, null);

    settings = { ...defaultSettings, maxLength: 4 };
    await session.otherwiseChanged();
    assert.equal(session.status.stale, 'The settings of the search changed');
    await session.explain();
    assert.equal(session.status.stale, null);
    assert.equal((await session.state()).settings.maxLength, 4);

    await writeFile(probe, '{ "kind": "states" }');
    await session.otherwiseChanged();
    assert.equal(session.status.stale, 'The probe set changed on disk');
  });

  it('takes a change of weights beside the model for a change of the model', async () => {
    const session = await open('a.onnx');
    await writeFile(`${session.model}.data`, 'weights');
    await session.explain();
    await session.fileChanged();
    assert.equal(session.status.stale, null);
    await writeFile(`${session.model}.data`, 'other weights');
    await session.fileChanged();
    assert.equal(session.status.stale, 'a.onnx changed on disk');
  });

  it('runs nothing in a restricted workspace, and goes on when it is trusted', async () => {
    let trusted = false;
    const session = await open('a.onnx', { trusted: () => trusted, explainOnOpen: () => true });
    assert.equal(session.status.state, 'restricted');
    assert.equal((await session.state()).structure?.opset, 17);
    await session.explain();
    assert.equal(session.results.layers.size, 0);
    trusted = true;
    await session.trustGranted();
    await until(session, 'done');
  });

  it('drops the samples of another probe set', async () => {
    const session = await open('slow.onnx');
    const work = session.explain();
    while (session.results.layers.size === 0) await wait(5);
    await session.stop();
    await work;
    session.results.apply({ type: 'probe', probe: { ...session.results.probe!, title: 'the same' } });
    assert.equal(session.results.layers.size, 1);
    session.results.apply({
      type: 'probe',
      probe: { ...session.results.probe!, choice: { kind: 'data', path: '/b.csv' } },
    });
    assert.equal(session.results.layers.size, 0);
  });

  it('keeps a bounded number of results, the last used ones', async () => {
    const store = new ResultStore(path.join(folder, 'few'), { files: 2, bytes: 2 ** 20 });
    await (await open('a.onnx')).explain();
    const stored = await new ResultStore(path.join(folder, 'results')).load(path.join(folder, 'a.onnx'));
    assert.ok(stored);
    for (const model of ['/1', '/2', '/3']) {
      await store.save(model, stored);
      await wait(20);
    }
    assert.equal((await readdir(path.join(folder, 'few'))).length, 2);
    assert.equal(await store.load('/1'), null);
    assert.equal((await store.load('/3'))?.layers[0].labelled.has(1), true);
  });

  it('takes a damaged file of results for none', async () => {
    await (await open('a.onnx')).explain();
    const results = path.join(folder, 'results');
    for (const file of await readdir(results)) await writeFile(path.join(results, file), 'not ours');
    assert.equal((await open('a.onnx')).status.state, 'empty');
  });
});

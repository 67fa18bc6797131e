import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, explain, inWorkspace, reach, until } from './window.js';

describe('an engine that is killed', () => {
  after(closeAll);

  it('leaves a clear state and what had arrived, and one call goes on', async () => {
    const session = await explain(inWorkspace('fashion', 'fashion.onnx'));
    if (session.status.state !== 'working') void session.explain();
    await reach(session, 'working');
    await until('a first result', () => session.results.probe && session.engine.pid);
    process.kill(session.engine.pid!, 'SIGKILL');
    const status = await reach(session, 'lost');
    assert.equal(status.error?.code, 'engine/lost');
    assert.match(status.error!.message, /SIGKILL|exit code/);
    assert.match(status.error!.hint!, /restart/i);
    assert.ok(session.results.structure);

    await session.restart();
    assert.equal(session.status.state, 'done');
    assert.equal(session.status.error, null);
  }).timeout(150_000);

  it('is replaced without a word when nothing was under way', async () => {
    const session = await explain(inWorkspace('policy', 'policy.onnx'));
    await reach(session, 'done');
    await session.queries.sample(0);
    process.kill(session.engine.pid!, 'SIGKILL');
    assert.ok((await session.queries.sample(1)).values);
    assert.equal(session.status.state, 'done');
  });

  it('does not take the extension host along', async () => {
    assert.ok(await vscode.commands.executeCommand('onnxplain.stop').then(() => true));
  });
});

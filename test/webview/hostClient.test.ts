import assert from 'node:assert/strict';
import type { PanelCall, PanelEvent } from '../../src/shared/panelProtocol.js';
import { type CallError, HostClient } from '../../src/webview/protocol/index.js';

function client() {
  const sent: PanelCall[] = [];
  return { sent, host: new HostClient((call) => sent.push(call)) };
}

describe('calls to the host', () => {
  it('are answered by their number, in any order', async () => {
    const { sent, host } = client();
    const first = host.call('feeds', { layer: 'a', unit: 1 });
    const second = host.call('feeds', { layer: 'b', unit: 2 });
    host.receive({ id: sent[1].id, ok: true, result: [] });
    host.receive({ id: sent[0].id, ok: true, result: [{ layer: 'c', target: 'c', unit: 0, weight: 1 }] });
    assert.equal((await first).length, 1);
    assert.equal((await second).length, 0);
  });

  it('fail with what is wrong and what to do', async () => {
    const { sent, host } = client();
    const call = host.call('stop', {});
    host.receive({
      id: sent[0].id,
      ok: false,
      error: { message: 'no engine', hint: 'restart it', code: 'engine/lost' },
    });
    await assert.rejects(call, (error: CallError) => error.message === 'no engine' && error.hint === 'restart it');
  });

  it('refuse results that cannot be drawn', async () => {
    const { sent, host } = client();
    const picture = host.call('picture', { sample: 0, size: 8 });
    host.receive({
      id: sent[0].id,
      ok: true,
      result: { width: 2, height: 2, rgba: new Uint8Array(15), name: '', path: null },
    });
    await assert.rejects(picture, /"picture" cannot be read/);
    const rows = host.call('rows', { layer: 'a' });
    host.receive({ id: sent[1].id, ok: true, result: { units: new Uint32Array(3), status: ['dead'] } });
    await assert.rejects(rows, /column status/);
  });

  it('are made again when the page comes back, if they only ask', async () => {
    const { sent, host } = client();
    const asked = host.call('proposals', {});
    void host.call('savePicture', { name: 'a.png', png: new Uint8Array() });
    host.repeatPending();
    assert.deepEqual(sent.map(({ method }) => method), ['proposals', 'savePicture', 'proposals']); // prettier-ignore
    assert.equal(sent[2].id, sent[0].id);
    host.receive({ id: sent[0].id, ok: true, result: [] });
    // The second answer to the same call says nothing new.
    host.receive({ id: sent[0].id, ok: false, error: { message: 'late', hint: null, code: 'x' } });
    assert.deepEqual(await asked, []);
    host.repeatPending();
    assert.equal(sent.length, 3);
  });

  it('ignore what is no message of theirs', () => {
    const { host } = client();
    const events: PanelEvent[] = [];
    host.onEvent = (event) => events.push(event);
    for (const data of [null, 7, 'text', [], {}, { id: 'x' }, { event: 'status' }, { event: 'rows', layers: [1] }, { event: 'show', view: { tab: 'x' } }, { id: 99, ok: true }]) host.receive(data); // prettier-ignore
    assert.deepEqual(events, []);
    host.receive({ event: 'rows', layers: ['a'] });
    assert.deepEqual(events, [{ event: 'rows', layers: ['a'] }]);
  });
});

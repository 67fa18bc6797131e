import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { EventThrottle } from '../../../src/extension/eventThrottle.js';
import type { ModelSession } from '../../../src/extension/session.js';
import type { SessionListener } from '../../../src/extension/sessionSurroundings.js';
import type { PanelEvent } from '../../../src/shared/panelProtocol.js';

describe('the events of a page', () => {
  let tell: SessionListener;
  let posted: PanelEvent[];
  let throttle: EventThrottle;
  beforeEach(() => {
    posted = [];
    const session = {
      results: { structure: null, probe: null },
      status: { state: 'working' },
      view: { tab: 'maps' },
      layers: () => [],
      layerCount: 0,
      onEvent(listener: SessionListener) {
        tell = listener;
        return () => {};
      },
    };
    throttle = new EventThrottle(session as unknown as ModelSession, (event) => posted.push(event));
  });
  afterEach(() => throttle.dispose());
  const names = () => posted.map(({ event }) => event);

  it('are merged: a hundred changes within an interval are one of each kind', async () => {
    throttle.opened();
    for (let i = 0; i < 100; i++) {
      tell('status', []);
      tell('rows', [`layer ${i % 3}`]);
    }
    assert.deepEqual(names(), []);
    await wait(150);
    assert.deepEqual(names(), ['rows', 'status']);
    assert.deepEqual(posted[0], { event: 'rows', layers: ['layer 0', 'layer 1', 'layer 2'] });
  });

  it('are not sent to a page that has not asked for its state, or is hidden', async () => {
    tell('status', []);
    await wait(150);
    throttle.opened();
    tell('layers', []);
    throttle.hidden();
    tell('status', []);
    await wait(150);
    assert.deepEqual(names(), []);
  });

  it('reach a page whose state was on the way when they happened', async () => {
    throttle.opening();
    tell('status', []);
    tell('layers', []);
    await wait(150);
    assert.deepEqual(names(), [], 'not before the state');
    throttle.opened();
    assert.deepEqual(names(), ['layers', 'status']);
  });

  it('bring a page that comes back to what it should show', () => {
    throttle.opened();
    throttle.hidden();
    tell('show', []);
    assert.deepEqual(names(), []);
    throttle.opened();
    assert.deepEqual(posted, [{ event: 'show', view: { tab: 'maps' } }]);
  });
});

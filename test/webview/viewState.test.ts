import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialView, restoreView } from '../../src/webview/state/viewState.js';

describe('what the page remembers', () => {
  it('comes back as it was kept', () => {
    const kept = {
      ...initialView,
      tab: 'maps' as const,
      layer: 'conv1',
      unit: 7,
      detailOpen: true,
      rows: { filter: 'sky', sort: 'label' as const, descending: false, show: 'silent' as const },
      firstRow: 12,
      maps: {
        ...initialView.maps,
        input: { kind: 'sample' as const, sample: 4 },
        colours: 'jet' as const,
        opacity: 0,
        even: true,
      },
      model: { filter: 'conv', sort: 'units' as const, descending: true },
    };
    assert.deepEqual(restoreView(JSON.parse(JSON.stringify(kept))), kept);
  });

  it('is never broken by what another version kept', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const view = restoreView(value);
        assert.deepEqual(restoreView(view), view);
      }),
    );
    assert.deepEqual(restoreView({ tab: 'gone', unit: -1, rows: { sort: 'age' }, maps: { opacity: 7 } }), initialView);
  });
});
